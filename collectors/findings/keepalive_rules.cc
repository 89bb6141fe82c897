#include <numeric>

#include "absl/strings/str_cat.h"
#include "collectors/analysis/thresholds.h"
#include "collectors/findings/inputs.h"
#include "collectors/findings/rules.h"
#include "collectors/reports/keepalive_report.h"
#include "collectors/reports/report_text.h"

namespace tcp_lifecycle {

Verdict CheckKeepaliveTimeTooLong(const RuleInput& input) {
  const int64_t idle_timeout = input.settings.idle_timeout_seconds;
  if (idle_timeout == 0) return absl::NotFoundError("no idle time-out is set");
  const absl::StatusOr<int64_t>& time = input.ns.facts.sysctls[Sysctl::kKeepaliveTime];
  if (!time.ok()) return time.status();
  if (*time <= idle_timeout) return std::nullopt;
  return absl::StrCat("tcp_keepalive_time is ", *time, " s, and after ", idle_timeout,
                      " s of silence NAT gateways and load balancers forget a connection.");
}

Verdict CheckPeersNotAnswering(const RuleInput& input) {
  const auto report = ReportOf<KeepaliveReport>(input.ns);
  if (!report.ok()) return report.status();
  const auto& sockets = (*report)->sockets;
  const uint64_t probed = std::accumulate(sockets.begin(), sockets.end(), uint64_t{0}) -
                          sockets[static_cast<size_t>(Keepalive::kOff)];
  const auto& unanswered = (*report)->unanswered;
  const uint64_t silent = std::accumulate(unanswered.begin() + 1, unanswered.end(), uint64_t{0});
  if (silent < kSilentPeers ||
      static_cast<double>(silent) < kSilentShare * static_cast<double>(probed)) {
    return std::nullopt;
  }
  std::string line = absl::StrCat(
      "The peers of ", silent, " of at most ", probed,
      " connections with keepalive have left two or more probes unanswered: the peers, or the "
      "network path to them, are down.");
  if (const std::optional<SilentPeer>& most = (*report)->most_unanswered) {
    absl::StrAppend(&line, " Most unanswered: ", most->probes, " probes, ",
                    EndpointText(most->local_address, most->local_port), " <-> ",
                    EndpointText(most->remote_address, most->remote_port), ".");
  }
  return line;
}

// One without a timer has nothing in flight and would send nothing: it is idle. CLOSE_WAIT has seen
// its peer's end: what it lacks is a close().
Verdict CheckIdleWithoutKeepalive(const RuleInput& input) {
  constexpr uint64_t kMinSockets = 100;
  const auto report = ReportOf<KeepaliveReport>(input.ns);
  if (!report.ok()) return report.status();
  const auto& sockets = (*report)->established;
  const uint64_t off = sockets[static_cast<size_t>(Keepalive::kOff)];
  const uint64_t all = std::accumulate(sockets.begin(), sockets.end(), uint64_t{0});
  if (off < kMinSockets || 2 * off <= all) return std::nullopt;
  return absl::StrCat(off, " of ", all, " connections (", Percent(off, all),
                      " %) are idle without keepalive: nobody notices when their peer is gone.");
}

}  // namespace tcp_lifecycle
