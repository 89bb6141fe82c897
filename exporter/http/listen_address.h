// What --web.listen-address means: which sockets to listen on. Used by the server before it starts
// civetweb, which says of a failure only that there was one.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace tcp_lifecycle {

// The form of an address: `host` without brackets, empty for every address of this machine.
struct HostPort {
  std::string host;
  uint16_t port = 0;

  bool operator==(const HostPort&) const = default;
};

// `:10460`, `HOST:PORT`, `192.0.2.1:PORT`, `[2001:db8::1]:PORT`. InvalidArgument with the text.
absl::StatusOr<HostPort> ParseHostPort(absl::string_view address);

// Where a browser on this machine finds what listens on `address`, which has one of these forms.
std::string LocalUrl(absl::string_view address);

// Resolves `addresses` and tries to bind each: the sockets as civetweb's option listening_ports
// names them (`+PORT` is one IPv6 socket that takes IPv4 as well), each once. Of a host name's
// addresses those that this machine lacks are left out, if it has one. InvalidArgument: malformed;
// NotFound: the host does not resolve; Unavailable: the port is in use or the address is not this
// machine's; PermissionDenied. Every message has the address as given.
absl::StatusOr<std::vector<std::string>> ListeningPorts(const std::vector<std::string>& addresses);

}  // namespace tcp_lifecycle
