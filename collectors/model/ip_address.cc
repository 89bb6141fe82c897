#include "collectors/model/ip_address.h"

#include <arpa/inet.h>

#include "absl/strings/str_cat.h"

namespace tcp_lifecycle {

std::string ToString(const IpAddress& address) {
  char text[INET6_ADDRSTRLEN];
  const bool v4 = address.family() == Family::kIpv4;
  inet_ntop(v4 ? AF_INET : AF_INET6, address.bytes().data() + (v4 ? 12 : 0), text, sizeof text);
  return text;
}

std::string EndpointText(const IpAddress& address, uint16_t port) {
  const std::string text = ToString(address);
  return address.family() == Family::kIpv4 ? absl::StrCat(text, ":", port)
                                           : absl::StrCat("[", text, "]:", port);
}

}  // namespace tcp_lifecycle
