#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "collectors/analysis/thresholds.h"
#include "collectors/findings/inputs.h"
#include "collectors/findings/rules.h"
#include "collectors/reports/listen_report.h"
#include "collectors/reports/ports_report.h"
#include "collectors/reports/report_text.h"

namespace tcp_lifecycle {
namespace {

// The count, where there are so many of them that it is no chance.
uint32_t IfMany(uint32_t sockets) { return sockets >= kTroubledSockets ? sockets : 0; }

}  // namespace

Verdict CheckSynSentPilingUp(const RuleInput& input) {
  const auto report = ReportOf<PortsReport>(input.ns);
  if (!report.ok()) return report.status();
  const Culprits culprits =
      FindCulprits(**report, [](const auto& d) { return IfMany(d.syn_sent_retransmitting); });
  if (culprits.worst == nullptr) return std::nullopt;
  const DestinationReport& worst = *culprits.worst;
  return absl::StrCat(TextOf(worst), " leaves SYNs unanswered: ", worst.syn_sent_retransmitting,
                      " of ", worst.syn_sent, " sockets in SYN_SENT have sent theirs again.",
                      TextOfOthers(culprits));
}

Verdict CheckCloseWaitLeak(const RuleInput& input) {
  const auto ports = ReportOf<PortsReport>(input.ns);
  const auto listen = ReportOf<ListenReport>(input.ns);
  std::vector<std::string> leaks;
  if (ports.ok()) {
    const Culprits culprits =
        FindCulprits(**ports, [](const auto& d) { return IfMany(d.close_wait); });
    if (culprits.worst != nullptr) {
      leaks.push_back(absl::StrCat(TextOf(*culprits.worst), " has ", culprits.worst->close_wait,
                                   " sockets in CLOSE_WAIT: the peer has closed, the program here "
                                   "has not.",
                                   TextOfOthers(culprits)));
    }
  }
  if (listen.ok() && !(*listen)->unclosed.empty()) {
    const UnclosedOnPort& worst = (*listen)->unclosed.front();
    if (worst.sockets >= kUnclosed) {
      leaks.push_back(absl::StrCat("The server on port ", worst.port, " has ", worst.sockets,
                                   " accepted connections in CLOSE_WAIT: their peers have closed, "
                                   "it has not."));
    }
  }
  if (!leaks.empty()) return absl::StrJoin(leaks, " ");
  // What failed is worth more than what is switched off.
  for (const absl::Status& status : {ports.status(), listen.status()}) {
    if (!status.ok() && !absl::IsNotFound(status)) return status;
  }
  if (!ports.ok()) return ports.status();
  if (!listen.ok()) return listen.status();
  return std::nullopt;
}

}  // namespace tcp_lifecycle
