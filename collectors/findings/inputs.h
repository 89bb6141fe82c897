// What rules have in common: reports and settings, or why they cannot be checked, and the parts
// that their lines are made of.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "collectors/snapshot.h"

namespace tcp_lifecycle {

// The report; NotFound where its collector did not run.
template <typename Report>
absl::StatusOr<const Report*> ReportOf(const NamespaceSnapshot& ns) {
  const absl::StatusOr<Report>& report = ns.Get<Report>();
  if (report.ok()) return &*report;
  if (report.status() == absl::StatusOr<Report>().status()) {
    return absl::NotFoundError("its collector is switched off");
  }
  return report.status();
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

// "10.0.0.1 -> 10.0.0.2:6379", IPv6 in brackets before the port.
std::string TextOf(const DestinationReport& destination);
// "40000-40009"
std::string TextOf(const PortRange& range);
// The end of a line about the worst destination; "" without others.
std::string TextOfOthers(const Culprits& culprits);
// "1 listener", "2 listeners"
std::string Count(uint64_t count, absl::string_view noun);
// Of what is not below 0; at most one decimal, never in powers of ten.
std::string Rounded(double value);
// Rounded down, so that 79.9 % is not taken for 80; 100 of nothing.
uint64_t Percent(uint64_t part, uint64_t whole);

}  // namespace tcp_lifecycle
