#include "exporter/doctor/advice.h"

#include <algorithm>
#include <numeric>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "collectors/analysis/thresholds.h"
#include "collectors/reports/ports_report.h"
#include "collectors/reports/report_text.h"
#include "collectors/reports/time_wait_report.h"

namespace tcp_lifecycle {
namespace {

// So many TIME_WAIT, by usable ports, make people count them.
constexpr double kConspicuous = 0.1;

// What is commonly tried on a destination that is short of ports, and does not help.
void AddOnShortage(const NamespaceSnapshot& ns, std::span<const DoctorDestination> destinations,
                   std::vector<std::string>& advice) {
  const auto any = [&](auto holds) {
    return std::any_of(destinations.begin(), destinations.end(), holds);
  };
  if (!any([](const DoctorDestination& each) { return each.scarce(); })) return;
  if (any([](const DoctorDestination& each) { return each.exhausted(); })) {
    advice.emplace_back(
        "No counter of the kernel moves when ports run out. The program sees EADDRNOTAVAIL "
        "(\"Cannot assign requested address\") from connect(), or EADDRINUSE from bind(); "
        "\"connection refused\" comes from the peer.");
  }
  const Sysctls& sysctls = ns.facts.sysctls;
  const bool waits =
      any([](const DoctorDestination& each) { return each.scarce() && each.report.time_wait > 0; });
  if (!waits) return;
  const absl::StatusOr<int64_t>& fin_timeout = sysctls[Sysctl::kFinTimeout];
  advice.push_back(absl::StrCat(
      "tcp_fin_timeout", fin_timeout.ok() ? absl::StrCat(" (", *fin_timeout, " here)") : "",
      " does not shorten TIME_WAIT, which lasts 60 s whatever it says: it is for orphaned "
      "FIN_WAIT2."));
  const absl::StatusOr<int64_t>& recycle = sysctls[Sysctl::kTwRecycle];
  if (absl::IsNotFound(recycle.status())) {
    advice.emplace_back(
        "tcp_tw_recycle is absent on this kernel (gone since Linux 4.12). On a peer that still has "
        "it, it loses the SYNs of clients behind NAT.");
  } else if (recycle.ok() && *recycle == 0) {
    advice.emplace_back(
        "Leave tcp_tw_recycle at 0: it loses the SYNs of clients behind NAT. tcp_tw_reuse is the "
        "safe one.");
  }
  advice.emplace_back(
      "tcp_tw_reuse deletes no TIME_WAIT and loses no packets: old segments are told by their "
      "timestamps. Without tcp_timestamps it does nothing.");
}

// Many TIME_WAIT and no destination that is short of ports.
void AddOnTimeWait(const NamespaceSnapshot& ns, std::span<const DoctorDestination> destinations,
                   std::vector<std::string>& advice) {
  const auto* time_wait = ns.reports.Get<TimeWaitReport>();
  const auto* ports = ns.reports.Get<PortsReport>();
  if (time_wait == nullptr || ports == nullptr) return;
  const auto& by_role = time_wait->sockets;
  const uint64_t total = std::accumulate(by_role.begin(), by_role.end(), uint64_t{0});
  if (static_cast<double>(total) < kConspicuous * ports->capacity.usable || total == 0 ||
      (!destinations.empty() && destinations.front().scarce())) {
    return;
  }
  const uint32_t most = destinations.empty() ? 0 : destinations.front().report.used;
  advice.push_back(absl::StrFormat(
      "%d sockets in TIME_WAIT are no utilization: %d of them are inbound and cost no port, and "
      "every destination has the range for itself. The fullest holds %d of %d.",
      total, by_role[static_cast<size_t>(Role::kInbound)], most, ports->capacity.open()));
}

void AddOnSynSent(std::span<const DoctorDestination> destinations,
                  std::vector<std::string>& advice) {
  const auto asks_in_vain = [](const DoctorDestination& each) {
    return !each.exhausted() && each.report.syn_sent_retransmitting >= kTroubledSockets;
  };
  const auto found = std::find_if(destinations.begin(), destinations.end(), asks_in_vain);
  if (found == destinations.end()) return;
  const DestinationReport& report = found->report;
  advice.push_back(
      absl::StrCat(TextOf(report),
                   ": ports are left here. A SNAT gateway on the way that has none left drops "
                   "SYNs in silence: programs see a time-out, never EADDRNOTAVAIL."));
}

}  // namespace

std::vector<std::string> AdviceOn(const NamespaceSnapshot& ns,
                                  std::span<const DoctorDestination> destinations,
                                  std::span<const DoctorFinding> findings) {
  std::vector<std::string> advice;
  AddOnShortage(ns, destinations, advice);
  AddOnTimeWait(ns, destinations, advice);
  AddOnSynSent(destinations, advice);
  const bool on_keepalive = std::any_of(
      findings.begin(), findings.end(),
      [](const DoctorFinding& finding) { return finding.rule->name == "idle_without_keepalive"; });
  if (on_keepalive) {
    advice.emplace_back(
        "tcp_keepalive_time is the idle time in seconds before the first probe, not a number "
        "of probes.");
  }
  return advice;
}

}  // namespace tcp_lifecycle
