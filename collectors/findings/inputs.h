// What rules have in common: reports and settings, or why they cannot be checked, and the
// destinations that a line is about.
#pragma once

#include <cstddef>
#include <string>

#include "absl/status/statusor.h"
#include "collectors/reports/ports_report.h"
#include "collectors/reports/snapshot.h"

namespace tcp_lifecycle {

// The report; NotFound where its collector did not run.
template <typename Report>
absl::StatusOr<const Report*> ReportOf(const NamespaceSnapshot& ns) {
  const auto* const report = ns.reports.Get<Report>();
  if (report == nullptr) return ns.reports.StatusOf<Report>();
  return report;
}

// OK where it is known whether connect() reuses TIME_WAIT; else which setting is not.
absl::Status ReuseSettings(const Sysctls& sysctls);

struct Culprits {
  const DestinationReport* worst = nullptr;  // nullptr: none
  size_t others = 0;                         // at least: a report has the worst of all, but not all
};

// The destinations of a report for which `badness(destination)` is above 0. Of equally bad ones the
// fullest is the worst.
template <typename Badness>
Culprits FindCulprits(const PortsReport& report, Badness badness) {
  Culprits culprits;
  double worst = 0;
  size_t count = 0;
  for (const DestinationReport& destination : report.destinations) {
    const double bad = badness(destination);
    if (bad <= 0) continue;
    ++count;
    if (bad > worst) {
      worst = bad;
      culprits.worst = &destination;
    }
  }
  if (count > 0) culprits.others = count - 1;
  return culprits;
}

// The end of a line about the worst destination; "" without others.
std::string TextOfOthers(const Culprits& culprits);

}  // namespace tcp_lifecycle
