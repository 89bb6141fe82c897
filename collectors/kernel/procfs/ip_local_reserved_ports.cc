#include "collectors/kernel/procfs/ip_local_reserved_ports.h"

#include <cstdint>

#include "absl/strings/ascii.h"
#include "absl/strings/str_split.h"
#include "collectors/kernel/procfs/number.h"
#include "collectors/kernel/procfs/parse_error.h"

namespace tcp_lifecycle {

absl::StatusOr<PortSet> ParseIpLocalReservedPorts(absl::string_view text) {
  PortSet ports;
  text = absl::StripAsciiWhitespace(text);
  if (text.empty()) return ports;
  for (const absl::string_view part : absl::StrSplit(text, ',')) {
    const size_t dash = part.find('-');
    PortRange range;
    bool good = ParseNumber(part.substr(0, dash), range.min);
    range.max = range.min;
    if (dash != absl::string_view::npos) good &= ParseNumber(part.substr(dash + 1), range.max);
    if (!good || range.max < range.min) return ParseError("not a port or range:", part);
    for (uint32_t port = range.min; port <= range.max; ++port) ports.set(port);
  }
  return ports;
}

}  // namespace tcp_lifecycle
