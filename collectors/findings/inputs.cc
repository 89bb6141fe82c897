#include "collectors/findings/inputs.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "collectors/analysis/reuse.h"
#include "collectors/reports/report_text.h"

namespace tcp_lifecycle {

absl::Status ReuseSettings(const Sysctls& sysctls) {
  if (ReuseRule(sysctls).known()) return absl::OkStatus();
  for (const Sysctl sysctl : {Sysctl::kTwReuse, Sysctl::kTimestamps}) {
    if (!sysctls[sysctl].ok()) return sysctls[sysctl].status();
  }
  return sysctls[Sysctl::kTwReuseDelay].status();
}

std::string PortList(const PortSet& ports) {
  std::vector<std::string> parts;
  for (size_t port = 0; port < ports.size(); ++port) {
    if (!ports[port]) continue;
    const size_t first = port;
    while (port + 1 < ports.size() && ports[port + 1]) ++port;
    parts.push_back(first == port ? absl::StrCat(port) : absl::StrCat(first, "-", port));
  }
  return absl::StrJoin(parts, ",");
}

std::string TextOfOthers(const Culprits& culprits) {
  if (culprits.others == 0) return "";
  return absl::StrCat(" Likewise at least ", Count(culprits.others, "other destination"), ".");
}

}  // namespace tcp_lifecycle
