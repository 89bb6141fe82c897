#include "exporter/doctor/report.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/strings/str_cat.h"
#include "collectors/analysis/thresholds.h"
#include "collectors/reports/report_text.h"
#include "exporter/doctor/advice.h"
#include "exporter/doctor/remedies.h"

namespace tcp_lifecycle {
namespace {

std::optional<DoctorPorts> PortsOf(const NamespaceSnapshot& ns) {
  const absl::StatusOr<EphemeralPorts>& range = ns.facts.ephemeral_ports;
  if (!range.ok()) return std::nullopt;
  DoctorPorts ports;
  ports.range = range->range;
  ports.usable = CountUsable(*range);
  ports.reserved = range->range.size() - ports.usable;
  if (const auto* report = ns.reports.Get<PortsReport>()) {
    ports.capacity = report->capacity;
    ports.blocked = report->blocked;
  }
  return ports;
}

Unexamined& ForReason(const absl::Status& status, std::vector<Unexamined>& unexamined) {
  const auto same =
      std::find_if(unexamined.begin(), unexamined.end(),
                   [&](const Unexamined& known) { return known.reason == status.message(); });
  if (same != unexamined.end()) return *same;
  return unexamined.emplace_back(Unexamined{{}, {}, std::string(status.message())});
}

std::vector<Unexamined> UnexaminedOf(const ScrapeResult& result, const DoctorFindings& findings) {
  std::vector<Unexamined> unexamined;
  for (const CollectorResult& collector : result.collectors) {
    // That of the findings fails with the rules, which are told one by one.
    if (collector.status.ok() || collector.name == "findings") continue;
    ForReason(collector.status, unexamined).collectors.push_back(collector.name);
  }
  for (const UncheckedRule& unchecked : findings.unchecked) {
    if (absl::IsNotFound(unchecked.why)) continue;
    ForReason(unchecked.why, unexamined).rules.push_back(unchecked.rule->name);
  }
  return unexamined;
}

bool IsSame(const DestinationReport& a, const DestinationReport& b) {
  return a.source == b.source && a.address == b.address && a.port == b.port;
}

const DestinationReport* Find(const PortsReport* ports, const DestinationReport& wanted) {
  if (ports == nullptr) return nullptr;
  const auto found = std::find_if(ports->destinations.begin(), ports->destinations.end(),
                                  [&](const auto& each) { return IsSame(each, wanted); });
  return found == ports->destinations.end() ? nullptr : &*found;
}

// Two looks know what came between them and stays open, which no TIME_WAIT shows.
DestinationReport WithGrowth(DestinationReport now, const DestinationReport* before,
                             std::optional<double> seconds) {
  if (before == nullptr || !seconds) return now;
  const auto open_in = [](const DestinationReport& each) {
    return static_cast<double>(each.used) - each.time_wait;
  };
  const double came = open_in(now) - open_in(*before);
  if (came <= 0) return now;
  now.connections_per_second = std::max(now.connections_per_second, came / *seconds);
  // At a rate that is very likely reached.
  const double left = now.headroom.max * *seconds / std::max(1e-9, came - 2 * std::sqrt(came));
  if (left <= kForeseenSeconds && !now.seconds_to_exhaustion) {
    now.seconds_to_exhaustion = static_cast<uint32_t>(std::ceil(left));
  }
  return now;
}

// One that had no port left in the first sample, and has one in the second.
std::string RecoverySentence(const DestinationReport& before) {
  const std::string wait =
      before.seconds_to_free_port
          ? absl::StrCat(": the next was to come free in ", WaitText(*before.seconds_to_free_port))
          : "";
  return absl::StrCat(TextOf(before), ": connect() failed a moment ago", wait,
                      ". Now a port may be free again.");
}

void AddDestinations(const DoctorInput& input, const NamespaceSnapshot& before,
                     const NamespaceSnapshot& ns, DoctorReport& report) {
  const auto* ports = ns.reports.Get<PortsReport>();
  if (ports == nullptr) return;
  const auto foresee = [&](const DestinationReport& each) {
    const DestinationReport* first = Find(before.reports.Get<PortsReport>(), each);
    return Foresee(WithGrowth(each, first, input.seconds), ports->capacity);
  };
  report.distinct_destinations = ports->distinct_destinations;
  for (const DestinationReport& each : ports->destinations) {
    if (report.destinations.size() == DoctorReport::kMaxDestinations) break;
    report.destinations.push_back(foresee(each));
  }
  const Suspects& suspects = input.suspects;
  if (suspects.recovered) report.outlook.push_back(RecoverySentence(*suspects.destination));
  for (const DoctorDestination& each : report.destinations) {
    const bool told = suspects.recovered && IsSame(each.report, *suspects.destination);
    std::string sentence = OutlookSentence(each);
    if (sentence.empty() || told) continue;
    // Without an open port the sentence is the same for every destination.
    const auto& known = report.outlook;
    if (std::find(known.begin(), known.end(), sentence) != known.end()) continue;
    report.outlook.push_back(std::move(sentence));
  }
  if (suspects.destination) {
    report.remedies = RemediesFor(foresee(*suspects.destination), ns);
  }
}

void AddMovements(const DoctorInput& input, const NamespaceSnapshot& before,
                  const NamespaceSnapshot& after, DoctorReport& report) {
  if (!input.seconds) return;
  report.movements = MovementsBetween(before.facts.counters, after.facts.counters, *input.seconds);
  if (!input.suspects.destination) return;
  const auto* first = Find(before.reports.Get<PortsReport>(), *input.suspects.destination);
  const auto* second = Find(after.reports.Get<PortsReport>(), *input.suspects.destination);
  if (first != nullptr && second != nullptr) report.change = DestinationChange{*first, *second};
}

}  // namespace

int DoctorReport::exit_status() const {
  if (findings.Has(Severity::kCritical)) return kDoctorCritical;
  if (findings.Has(Severity::kWarning)) return kDoctorWarning;
  return unexamined.empty() ? kDoctorFine : kDoctorNotExamined;
}

DoctorReport MakeDoctorReport(DoctorInput input) {
  const NamespaceSnapshot& before = input.first.snapshot.namespaces.front();
  const NamespaceSnapshot& now = input.second.snapshot.namespaces.front();
  DoctorReport report;
  report.netns = now.facts.netns.name;
  report.reader = input.second.source;
  report.seconds = input.seconds;
  report.time = input.time;
  report.findings = FindingsOf(before.reports, now.reports);
  report.unexamined = UnexaminedOf(input.second, report.findings);
  report.ports = PortsOf(now);
  AddDestinations(input, before, now, report);
  AddMovements(input, before, now, report);
  report.advice = AdviceOn(now, report.destinations, report.findings.raised);
  report.subject = std::move(input.subject);
  report.version = std::move(input.version);
  report.suspects = input.suspects;
  report.programs = std::move(input.programs);
  return report;
}

}  // namespace tcp_lifecycle
