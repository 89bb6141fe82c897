#include "absl/strings/str_cat.h"
#include "collectors/findings/inputs.h"
#include "collectors/findings/rules.h"
#include "collectors/reports/ports_report.h"
#include "collectors/reports/report_text.h"

namespace tcp_lifecycle {

Verdict CheckTwReuseWithoutTimestamps(const RuleInput& input) {
  const Sysctls& sysctls = input.ns.facts.sysctls;
  const absl::StatusOr<int64_t>& reuse = sysctls[Sysctl::kTwReuse];
  const absl::StatusOr<int64_t>& timestamps = sysctls[Sysctl::kTimestamps];
  if (!reuse.ok()) return reuse.status();
  if (*reuse != 1) return std::nullopt;
  if (!timestamps.ok()) return timestamps.status();
  if (*timestamps != 0) return std::nullopt;
  return absl::StrCat("tcp_tw_reuse is ", *reuse, " and tcp_timestamps is 0: no port is reused.");
}

Verdict CheckTimestampsOff(const RuleInput& input) {
  const absl::StatusOr<int64_t>& timestamps = input.ns.facts.sysctls[Sysctl::kTimestamps];
  if (!timestamps.ok()) return timestamps.status();
  if (*timestamps != 0) return std::nullopt;
  return "tcp_timestamps is 0: no port in TIME_WAIT can be reused, and PAWS does not reject "
         "old segments.";
}

// A kernel without the file has lost the feature (Linux 4.12) and can harm nobody: that is fine.
Verdict CheckTwRecycle(const RuleInput& input) {
  const absl::StatusOr<int64_t>& recycle = input.ns.facts.sysctls[Sysctl::kTwRecycle];
  if (absl::IsNotFound(recycle.status())) return std::nullopt;
  if (!recycle.ok()) return recycle.status();
  if (*recycle == 0) return std::nullopt;
  return absl::StrCat("tcp_tw_recycle is ", *recycle,
                      ": SYNs of clients that share an address behind NAT are dropped in silence.");
}

Verdict CheckTwReuseLoopbackOnly(const RuleInput& input) {
  const absl::StatusOr<int64_t>& reuse = input.ns.facts.sysctls[Sysctl::kTwReuse];
  if (!reuse.ok()) return reuse.status();
  if (*reuse != 2) return std::nullopt;
  const auto report = ReportOf<PortsReport>(input.ns);
  if (!report.ok()) return report.status();
  const uint32_t open = (*report)->capacity.open();
  if (open == 0) return std::nullopt;
  const Culprits culprits = FindCulprits(**report, [&](const auto& d) {
    const bool loopback = d.source.IsLoopback() || d.address.IsLoopback();
    return !loopback && 2 * d.time_wait >= open ? d.time_wait : 0;
  });
  if (culprits.worst == nullptr) return std::nullopt;
  const DestinationReport& worst = *culprits.worst;
  return absl::StrCat("tcp_tw_reuse is 2, for loopback only, while ", TextOf(worst), " keeps ",
                      worst.time_wait, " of ", open, " open ports (",
                      Percent(worst.time_wait, open), " %) in TIME_WAIT.", TextOfOthers(culprits));
}

}  // namespace tcp_lifecycle
