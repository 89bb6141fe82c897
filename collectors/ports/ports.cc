#include "collectors/ports/ports.h"

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "collectors/ports/ports_accumulator.h"
#include "collectors/ports/ports_families.h"
#include "collectors/reports/ports_report.h"
#include "collectors/reports/snapshot.h"

namespace tcp_lifecycle {
namespace {

namespace families = ports_families;

void AddRange(const EphemeralPorts& ports, const Netns& netns, FamilySet& out) {
  const uint32_t usable = CountUsable(ports);
  out.Add(families::kRangeMin, {netns.name}, ports.range.min);
  out.Add(families::kRangeMax, {netns.name}, ports.range.max);
  if (!netns.foreign) out.Add(families::kReserved, {netns.name}, ports.range.size() - usable);
  out.Add(families::kUsable, {netns.name}, usable);
}

void AddUse(const PortsReport& report, absl::string_view netns, FamilySet& out) {
  for (size_t by = 0; by < kPortBlockCount; ++by) {
    if (report.blocked[by])
      out.Add(families::kBlocked, {netns, kPortBlockNames[by]}, *report.blocked[by]);
  }
  out.Add(families::kUsed, {netns}, report.used);
  out.Add(families::kMaxUtilization, {netns, "min"}, report.utilization.min);
  out.Add(families::kMaxUtilization, {netns, "max"}, report.utilization.max);
}

void AddBindPool(const PortsReport& report, absl::string_view netns, FamilySet& out) {
  if (!report.bind_sources) return;
  out.Add(families::kBindFree, {netns, "any"}, report.bind_free_any);
  for (const BindSource& source : *report.bind_sources) {
    out.Add(families::kBindFree, {netns, ToString(source.address)}, source.free);
  }
}

struct Exported {
  const DestinationReport* report;
  absl::string_view netns;
};

void AddDestination(const Exported& destination, FamilySet& out) {
  const DestinationReport& report = *destination.report;
  const absl::string_view netns = destination.netns;
  const std::string source = ToString(report.source);
  const std::string address = ToString(report.address);
  const std::string port = absl::StrCat(report.port);
  const auto add = [&](const FamilyDescriptor& family, double value) {
    out.Add(family, {netns, source, address, port}, value);
  };
  const auto add_to = [&](const FamilyDescriptor& family, absl::string_view label, double value) {
    out.Add(family, {netns, source, address, port, label}, value);
  };
  add_to(families::kUtilization, "min", report.utilization.min);
  add_to(families::kUtilization, "max", report.utilization.max);
  add(families::kPortsUsed, report.used);
  add(families::kPortsTimeWait, report.time_wait);
  if (report.reusable) add(families::kPortsReusable, *report.reusable);
  add_to(families::kHeadroom, "min", report.headroom.min);
  add_to(families::kHeadroom, "max", report.headroom.max);
  add(families::kRate, report.connections_per_second);
  if (report.seconds_to_exhaustion) add(families::kExhaustion, *report.seconds_to_exhaustion);
  if (report.seconds_to_free_port) add(families::kFreePort, *report.seconds_to_free_port);
  if (report.troubled()) {
    add_to(families::kDestinationSockets, "syn_sent", report.syn_sent);
    add_to(families::kDestinationSockets, "syn_sent_retransmitting",
           report.syn_sent_retransmitting);
    add_to(families::kDestinationSockets, "close_wait", report.close_wait);
  }
}

// One table and one limit serve all namespaces: told once, with the exporter's own.
void AddTable(const PortsReport& report, size_t exported, absl::string_view netns, FamilySet& out) {
  out.Add(families::kExported, {netns}, static_cast<double>(exported));
  out.Add(families::kDestinations, {netns}, static_cast<double>(report.distinct_destinations));
  out.Add(families::kTableLimit, {netns}, static_cast<double>(report.table_limit));
  out.Add(families::kTableEvictions, {netns}, static_cast<double>(report.table_evictions));
  out.Add(families::kTableError, {netns}, static_cast<double>(report.table_error_ports));
}

// The admitted destinations of all namespaces, at most `top`: the troubled ones, then the fullest.
std::vector<Exported> Choose(const Snapshot& snapshot, size_t top) {
  std::vector<Exported> chosen;
  for (const NamespaceSnapshot& ns : snapshot.namespaces) {
    const auto* report = ns.reports.Get<PortsReport>();
    if (report == nullptr) continue;
    for (const DestinationReport& destination : report->destinations) {
      if (destination.admitted) chosen.push_back({&destination, ns.facts.netns.name});
    }
  }
  std::stable_sort(chosen.begin(), chosen.end(), [](const Exported& a, const Exported& b) {
    const bool troubled = a.report->troubled();
    return troubled == b.report->troubled() ? IsFuller(*a.report, *b.report) : troubled;
  });
  if (chosen.size() > top) chosen.resize(top);
  return chosen;
}

}  // namespace

std::span<const FamilyDescriptor> PortsCollector::Families() const { return families::kAll; }

std::unique_ptr<Accumulator> PortsCollector::Begin(const Snapshot& snapshot) const {
  return MakePortsAccumulator(snapshot, admission_);
}

absl::Status PortsCollector::Describe(const Snapshot& snapshot, FamilySet& out) const {
  for (const NamespaceSnapshot& ns : snapshot.namespaces) {
    const auto& ports = ns.facts.ephemeral_ports;
    const auto* report = ns.reports.Get<PortsReport>();
    if (ports.ok()) AddRange(*ports, ns.facts.netns, out);
    if (report != nullptr) AddUse(*report, ns.facts.netns.name, out);
  }
  const std::vector<Exported> chosen = Choose(snapshot, admission_.top);
  for (const Exported& destination : chosen) AddDestination(destination, out);
  const NamespaceSnapshot& own = snapshot.own();
  if (const auto* report = own.reports.Get<PortsReport>()) {
    AddBindPool(*report, own.facts.netns.name, out);
    AddTable(*report, chosen.size(), own.facts.netns.name, out);
  }
  absl::Status status = own.facts.ephemeral_ports.status();
  status.Update(own.reports.StatusOf<PortsReport>());
  return status;
}

}  // namespace tcp_lifecycle
