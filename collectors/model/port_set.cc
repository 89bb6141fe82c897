#include "collectors/model/port_set.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "collectors/base/parse_number.h"

namespace tcp_lifecycle {
absl::StatusOr<PortSet> ParsePortSet(absl::string_view text) {
  PortSet ports;
  for (const absl::string_view part : absl::StrSplit(text, ',')) {
    const size_t dash = part.find('-');
    PortRange range;
    bool good = ParseNumber(part.substr(0, dash), range.min);
    range.max = range.min;
    if (dash != absl::string_view::npos) good &= ParseNumber(part.substr(dash + 1), range.max);
    if (!good || range.max < range.min) return absl::InvalidArgumentError(part);
    for (uint32_t port = range.min; port <= range.max; ++port) ports.set(port);
  }
  return ports;
}

std::string ToString(const PortSet& ports) {
  std::vector<std::string> parts;
  for (size_t port = 0; port < ports.size(); ++port) {
    if (!ports[port]) continue;
    const size_t first = port;
    while (port + 1 < ports.size() && ports[port + 1]) ++port;
    parts.push_back(first == port ? absl::StrCat(port) : absl::StrCat(first, "-", port));
  }
  return absl::StrJoin(parts, ",");
}

}  // namespace tcp_lifecycle
