#include "collectors/kernel/procfs/ip_local_reserved_ports.h"

#include "absl/strings/ascii.h"
#include "collectors/kernel/procfs/parse_error.h"

namespace tcp_lifecycle {

absl::StatusOr<PortSet> ParseIpLocalReservedPorts(absl::string_view text) {
  text = absl::StripAsciiWhitespace(text);
  if (text.empty()) return PortSet();
  absl::StatusOr<PortSet> ports = ParsePortSet(text);
  if (!ports.ok()) return ParseError("not a port or range:", ports.status().message());
  return ports;
}

}  // namespace tcp_lifecycle
