#include "collectors/findings/inputs.h"

#include "absl/strings/str_cat.h"
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

std::string TextOfOthers(const Culprits& culprits) {
  if (culprits.others == 0) return "";
  return absl::StrCat(" Likewise at least ", Count(culprits.others, "other destination"), ".");
}

}  // namespace tcp_lifecycle
