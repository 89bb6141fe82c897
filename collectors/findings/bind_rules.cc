#include <algorithm>

#include "absl/strings/str_cat.h"
#include "collectors/analysis/thresholds.h"
#include "collectors/findings/inputs.h"
#include "collectors/findings/rules.h"
#include "collectors/reports/ports_report.h"
#include "collectors/reports/report_text.h"

namespace tcp_lifecycle {
namespace {

// Ports that connections alone can have taken from the pool beyond half of it: connect() takes the
// ports of one parity first, and those of the other only towards a destination that has half of
// them.
double TakenByConnect(const PortsReport& report) {
  double taken = 0;
  for (const DestinationReport& each : report.destinations) {
    taken += std::max(0.0, each.used - each.on_blocked - kHalfFull * report.capacity.usable);
  }
  return taken;
}

}  // namespace

Verdict CheckBindPoolNearlyEmpty(const RuleInput& input) {
  const auto found = ReportOf<PortsReport>(input.ns);
  if (!found.ok()) return found.status();
  const PortsReport& report = **found;
  if (!report.bind_sources) {
    return absl::NotFoundError("too many sockets may be bound that the source does not show");
  }
  const uint32_t usable = report.capacity.usable;
  const double nearly_empty = kNearlyEmpty * usable;
  const bool any =
      report.bind_sources->empty() || report.bind_sources->front().free >= nearly_empty;
  const uint32_t free = any ? report.bind_free_any : report.bind_sources->front().free;
  if (free >= nearly_empty) return std::nullopt;  // also where no port is usable, see no_port_open
  const uint32_t bound = report.blocked[static_cast<size_t>(PortBlock::kBound)].value_or(0);
  if (bound < nearly_empty && TakenByConnect(report) >= (kHalfFull - kNearlyEmpty) * usable) {
    return std::nullopt;  // no sign of bind()
  }
  const std::string source = any ? "any address" : ToString(report.bind_sources->front().address);
  return absl::StrCat("bind() to ", source, " and port 0 has ", free, " of ", Count(usable, "port"),
                      " left, over all destinations together",
                      free == 0 ? ": it fails with EADDRINUSE." : ".");
}

}  // namespace tcp_lifecycle
