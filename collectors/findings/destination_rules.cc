#include <algorithm>

#include "absl/strings/str_cat.h"
#include "collectors/analysis/thresholds.h"
#include "collectors/findings/inputs.h"
#include "collectors/findings/rules.h"
#include "collectors/reports/ports_report.h"
#include "collectors/reports/report_text.h"

namespace tcp_lifecycle {
namespace {

uint32_t PortsTaken(const DestinationReport& destination, uint32_t open) {
  return open - destination.headroom.max;
}

std::string NoPortIsOpen(const PortsReport& report, const PortRange& range) {
  if (report.capacity.usable == 0) {
    return absl::StrCat("All ports of ", TextOf(range),
                        " are reserved: connect() fails with EADDRNOTAVAIL, whatever the "
                        "destination.");
  }
  const auto by = [&](PortBlock block) {
    const std::optional<uint32_t>& ports = report.blocked[static_cast<size_t>(block)];
    return ports ? absl::StrCat(*ports) : "unknown";
  };
  return absl::StrCat("None of the ", report.capacity.usable, " usable ports of ", TextOf(range),
                      " is open: connect() fails with EADDRNOTAVAIL, whatever the destination. "
                      "Listeners hold ",
                      by(PortBlock::kListen), ", bound sockets ", by(PortBlock::kBound),
                      ", accepted connections ", by(PortBlock::kInbound), ".");
}

}  // namespace

Verdict CheckNoPortOpen(const RuleInput& input) {
  const auto report = ReportOf<PortsReport>(input.ns);
  if (!report.ok()) return report.status();
  if ((*report)->capacity.open() > 0) {
    if ((*report)->knows_bound) return std::nullopt;
    return absl::NotFoundError("the source does not tell which ports were bound");
  }
  const absl::StatusOr<EphemeralPorts>& ports = input.ns.facts.ephemeral_ports;
  if (!ports.ok()) return ports.status();
  return NoPortIsOpen(**report, ports->range);
}

Verdict CheckDestinationExhausted(const RuleInput& input) {
  const auto report = ReportOf<PortsReport>(input.ns);
  if (!report.ok()) return report.status();
  const uint32_t open = (*report)->capacity.open();
  if (open == 0) return std::nullopt;  // that is no_port_open
  const Culprits culprits =
      FindCulprits(**report, [](const auto& d) { return d.headroom.max == 0 ? 1 : 0; });
  if (culprits.worst == nullptr) return std::nullopt;
  const DestinationReport& worst = *culprits.worst;
  std::string line =
      absl::StrCat(TextOf(worst), " holds all ", open, " open ports, ", worst.time_wait,
                   " in TIME_WAIT: connect() fails with EADDRNOTAVAIL");
  if (worst.seconds_to_free_port) {
    absl::StrAppend(&line, "; the next port comes free in ", Rounded(*worst.seconds_to_free_port),
                    " s at the earliest");
  }
  return absl::StrCat(line, ".", TextOfOthers(culprits));
}

Verdict CheckDestinationNearlyFull(const RuleInput& input) {
  const auto report = ReportOf<PortsReport>(input.ns);
  if (!report.ok()) return report.status();
  const Culprits culprits = FindCulprits(**report, [](const auto& d) {
    return d.utilization.min >= kNearlyFull && d.utilization.min < 1 ? d.utilization.min : 0;
  });
  if (culprits.worst == nullptr) return std::nullopt;
  const DestinationReport& worst = *culprits.worst;
  const uint32_t open = (*report)->capacity.open();
  const uint32_t taken = PortsTaken(worst, open);
  return absl::StrCat(TextOf(worst), " has taken ", taken, " of ", open, " open ports (",
                      Percent(taken, open), " %), ", worst.headroom.max, " are left at most; ",
                      worst.time_wait, " sockets are in TIME_WAIT.", TextOfOthers(culprits));
}

Verdict CheckDestinationHalfFull(const RuleInput& input) {
  const auto report = ReportOf<PortsReport>(input.ns);
  if (!report.ok()) return report.status();
  const Culprits culprits = FindCulprits(**report, [](const auto& d) {
    return d.utilization.min >= kHalfFull && d.utilization.min < kNearlyFull ? d.utilization.min
                                                                             : 0;
  });
  if (culprits.worst == nullptr) return std::nullopt;
  const uint32_t open = (*report)->capacity.open();
  const uint32_t taken = PortsTaken(*culprits.worst, open);
  return absl::StrCat(TextOf(*culprits.worst), " has taken ", taken, " of ", open, " open ports (",
                      Percent(taken, open),
                      " %): connect() searches both halves of the range, and takes 4 times as "
                      "long or more.",
                      TextOfOthers(culprits));
}

Verdict CheckHeadingForExhaustion(const RuleInput& input) {
  const auto report = ReportOf<PortsReport>(input.ns);
  if (!report.ok()) return report.status();
  if (const absl::Status status = ReuseSettings(input.ns.facts.sysctls); !status.ok()) {
    return status;
  }
  const Culprits culprits = FindCulprits(**report, [](const auto& d) {
    const uint32_t seconds = d.seconds_to_exhaustion.value_or(0);
    return seconds == 0 ? 0 : 1.0 / seconds;
  });
  if (culprits.worst == nullptr) return std::nullopt;
  const DestinationReport& worst = *culprits.worst;
  const uint32_t open = (*report)->capacity.open();
  return absl::StrCat(TextOf(worst), " runs out of ports in ", *worst.seconds_to_exhaustion,
                      " s if it goes on: ", PortsTaken(worst, open), " of ", open,
                      " open ports are taken, and ", Rounded(worst.connections_per_second),
                      " connections/s go to TIME_WAIT.", TextOfOthers(culprits));
}

}  // namespace tcp_lifecycle
