#include "exporter/http/listen_address.h"

#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "collectors/base/unique_fd.h"

namespace tcp_lifecycle {
namespace {

absl::Status Malformed(absl::string_view address, absl::string_view why) {
  return absl::InvalidArgumentError(absl::StrCat("listen address \"", address, "\": ", why));
}

// 0 when `address` can be bound, else errno. Without SO_REUSEADDR the TIME_WAIT of an earlier run
// would be in the way.
int TryBind(const sockaddr* address, socklen_t length, bool v6_only) {
  UniqueFd fd(socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!fd.valid()) return errno;
  const int on = 1;
  if (setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) != 0) return errno;
  const int only = v6_only ? 1 : 0;
  if (address->sa_family == AF_INET6 &&
      setsockopt(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, &only, sizeof(only)) != 0) {
    return errno;
  }
  return bind(fd.get(), address, length) == 0 ? 0 : errno;
}

// Whether this machine lacks the address or its whole family.
bool NotHere(int error) { return error == EAFNOSUPPORT || error == EADDRNOTAVAIL; }

absl::Status BindError(absl::string_view address, int error) {
  const std::string message = absl::StrCat("listen address \"", address, "\": ", strerror(error));
  if (error == EACCES || error == EPERM) return absl::PermissionDeniedError(message);
  return absl::UnavailableError(message);
}

// Every address of this machine, IPv6 and IPv4 through one socket where there is IPv6.
absl::StatusOr<std::string> Wildcard(absl::string_view address, uint16_t port) {
  sockaddr_in6 v6 = {};
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(port);
  int error = TryBind(reinterpret_cast<sockaddr*>(&v6), sizeof(v6), /*v6_only=*/false);
  if (error == 0) return absl::StrCat("+", port);
  if (NotHere(error)) {
    sockaddr_in v4 = {};
    v4.sin_family = AF_INET;
    v4.sin_port = htons(port);
    error = TryBind(reinterpret_cast<sockaddr*>(&v4), sizeof(v4), /*v6_only=*/false);
    if (error == 0) return absl::StrCat("0.0.0.0:", port);
  }
  return BindError(address, error);
}

absl::StatusOr<std::vector<std::string>> OfHost(absl::string_view address, const HostPort& parsed) {
  addrinfo hints = {};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE;
  addrinfo* found = nullptr;
  const int error =
      getaddrinfo(parsed.host.c_str(), absl::StrCat(parsed.port).c_str(), &hints, &found);
  if (error != 0) {
    return absl::NotFoundError(
        absl::StrCat("listen address \"", address, "\": ", gai_strerror(error)));
  }
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owner(found, freeaddrinfo);

  std::vector<std::string> ports;
  int last_unavailable = 0;
  for (const addrinfo* entry = found; entry != nullptr; entry = entry->ai_next) {
    const int bind_error = TryBind(entry->ai_addr, entry->ai_addrlen, /*v6_only=*/true);
    if (NotHere(bind_error)) {
      // `localhost` is ::1 as well, also where IPv6 is switched off.
      last_unavailable = bind_error;
      continue;
    }
    if (bind_error != 0) return BindError(address, bind_error);
    char host[NI_MAXHOST];
    if (getnameinfo(entry->ai_addr, entry->ai_addrlen, host, sizeof(host), nullptr, 0,
                    NI_NUMERICHOST) != 0) {
      return Malformed(address, "has no numeric form");
    }
    ports.push_back(entry->ai_family == AF_INET6 ? absl::StrCat("[", host, "]:", parsed.port)
                                                 : absl::StrCat(host, ":", parsed.port));
  }
  if (ports.empty()) return BindError(address, last_unavailable);
  return ports;
}

}  // namespace

absl::StatusOr<HostPort> ParseHostPort(absl::string_view address) {
  const size_t colon = address.rfind(':');
  if (colon == absl::string_view::npos) {
    return Malformed(address, "no port, write :PORT or HOST:PORT");
  }
  absl::string_view host = address.substr(0, colon);
  const absl::string_view port_text = address.substr(colon + 1);
  uint32_t port = 0;
  const bool digits =
      std::all_of(port_text.begin(), port_text.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (!digits || !absl::SimpleAtoi(port_text, &port) || port > 65535) {
    return Malformed(address, absl::StrCat("\"", port_text, "\" is no port"));
  }
  const bool bracketed = host.size() >= 2 && host.front() == '[' && host.back() == ']';
  if (bracketed) host = host.substr(1, host.size() - 2);
  const bool has_colon = host.find(':') != absl::string_view::npos;
  if (has_colon != bracketed) {
    return Malformed(address, "an IPv6 address, and nothing else, stands in brackets");
  }
  if (host.find_first_of("[], \t\r\n") != absl::string_view::npos) {
    return Malformed(address, "no host name or address");
  }
  return HostPort{std::string(host), static_cast<uint16_t>(port)};
}

std::string LocalUrl(absl::string_view address) {
  const size_t colon = address.rfind(':');
  const absl::string_view host = address.substr(0, colon);
  const bool any = host.empty() || host == "0.0.0.0" || host == "[::]";
  return absl::StrCat("http://", any ? "localhost" : host, address.substr(colon), "/");
}

absl::StatusOr<std::vector<std::string>> ListeningPorts(const std::vector<std::string>& addresses) {
  std::vector<std::string> ports;
  for (const std::string& address : addresses) {
    const absl::StatusOr<HostPort> parsed = ParseHostPort(address);
    if (!parsed.ok()) return parsed.status();
    std::vector<std::string> found;
    if (parsed->host.empty() || parsed->host == "::") {
      const absl::StatusOr<std::string> wildcard = Wildcard(address, parsed->port);
      if (!wildcard.ok()) return wildcard.status();
      found.push_back(*wildcard);
    } else {
      absl::StatusOr<std::vector<std::string>> of_host = OfHost(address, *parsed);
      if (!of_host.ok()) return of_host.status();
      found = *std::move(of_host);
    }
    for (const std::string& port : found) {
      if (std::find(ports.begin(), ports.end(), port) == ports.end()) ports.push_back(port);
    }
  }
  return ports;
}

}  // namespace tcp_lifecycle
