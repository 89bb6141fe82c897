#include "collectors/ports.h"

#include "collectors/report_accumulator.h"

namespace tcp_lifecycle {
namespace {

using prometheus::MetricType;

constexpr std::array<absl::string_view, 2> kBlockLabels = {"netns", "by"};
constexpr absl::string_view kRangeSource = "net/ipv4/ip_local_port_range";
constexpr absl::string_view kStreamSource = "inet_diag or /proc/net/tcp and tcp6, local ports";

constexpr FamilyDescriptor kRangeMin = {
    "tcp_lifecycle_ephemeral_port_range_min",        MetricType::Gauge, kNetnsLabel,
    "Lowest port that connect() chooses by itself.", kRangeSource,      ""};
constexpr FamilyDescriptor kRangeMax = {
    "tcp_lifecycle_ephemeral_port_range_max",         MetricType::Gauge, kNetnsLabel,
    "Highest port that connect() chooses by itself.", kRangeSource,      ""};
constexpr FamilyDescriptor kReserved = {
    "tcp_lifecycle_ephemeral_ports_reserved",
    MetricType::Gauge,
    kNetnsLabel,
    "Ports inside the range that the administrator has reserved: connect() skips them.",
    "net/ipv4/ip_local_reserved_ports",
    ""};
constexpr FamilyDescriptor kUsable = {
    "tcp_lifecycle_ephemeral_ports",
    MetricType::Gauge,
    kNetnsLabel,
    "Usable ephemeral ports: the range less the reserved ones. Each destination can use all of "
    "them again.",
    "net/ipv4/ip_local_port_range, ip_local_reserved_ports",
    ""};
constexpr FamilyDescriptor kBlocked = {
    "tcp_lifecycle_ephemeral_ports_blocked",
    MetricType::Gauge,
    kBlockLabels,
    "Usable ports that no autobinding connect() can take, whatever its destination, by what holds "
    "them; a port counts once, in the order listen, bound, inbound. bound is absent where the "
    "source cannot see bound sockets.",
    kStreamSource,
    "by=bound: 6.8"};
constexpr FamilyDescriptor kUsed = {
    "tcp_lifecycle_ephemeral_ports_used",
    MetricType::Gauge,
    kNetnsLabel,
    "Distinct usable ports held by any socket in any state, over all destinations; no measure of "
    "exhaustion by itself.",
    kStreamSource,
    ""};

constexpr std::array kFamilies = {kRangeMin, kRangeMax, kReserved, kUsable, kBlocked, kUsed};

// nullopt where the range is unknown: nothing can be counted then.
using State = std::optional<PortUse>;

class PortsAccumulator final : public ReportAccumulator<PortsReport, State> {
 public:
  using ReportAccumulator::ReportAccumulator;
  void ObserveListeners(std::span<const Listener> listeners) override {
    for (const Listener& listener : listeners) {
      if (State& use = Of(listener.socket)) use->AddListener(listener);
    }
  }
  void Observe(std::span<const Socket> sockets) override {
    for (const Socket& socket : sockets) {
      if (State& use = Of(socket)) use->Add(socket);
    }
  }

 private:
  absl::StatusOr<PortsReport> Make(State use, const NamespaceFacts& facts,
                                   const PassInfo& pass) const override {
    if (!use) return facts.ephemeral_ports.status();
    PortsReport report;
    for (size_t by = 0; by < kPortBlockCount; ++by) {
      report.blocked[by] = use->blocked(static_cast<PortBlock>(by));
    }
    if (!pass.knows_bound_inactive) {
      report.blocked[static_cast<size_t>(PortBlock::kBound)].reset();
    }
    report.used = use->used();
    return report;
  }
};

void AddRange(const EphemeralPorts& ports, absl::string_view netns, FamilySet& out) {
  const auto usable = static_cast<uint32_t>(UsablePorts(ports).count());
  out.Add(kRangeMin, {netns}, ports.range.min);
  out.Add(kRangeMax, {netns}, ports.range.max);
  out.Add(kReserved, {netns}, ports.range.size() - usable);
  out.Add(kUsable, {netns}, usable);
}

void AddUse(const PortsReport& report, absl::string_view netns, FamilySet& out) {
  for (size_t by = 0; by < kPortBlockCount; ++by) {
    if (report.blocked[by]) out.Add(kBlocked, {netns, kPortBlockNames[by]}, *report.blocked[by]);
  }
  out.Add(kUsed, {netns}, report.used);
}

}  // namespace

std::span<const FamilyDescriptor> PortsCollector::Families() const { return kFamilies; }

std::unique_ptr<Accumulator> PortsCollector::Begin(const Snapshot& snapshot) const {
  std::vector<State> states(snapshot.namespaces.size());
  for (size_t i = 0; i < states.size(); ++i) {
    const auto& ports = snapshot.namespaces[i].facts.ephemeral_ports;
    if (ports.ok()) states[i].emplace(UsablePorts(*ports));
  }
  return std::make_unique<PortsAccumulator>(std::move(states));
}

absl::Status PortsCollector::Describe(const Snapshot& snapshot, FamilySet& out) const {
  absl::Status status;
  for (const NamespaceSnapshot& ns : snapshot.namespaces) {
    const absl::string_view netns = ns.facts.netns.name;
    const auto& ports = ns.facts.ephemeral_ports;
    const auto& report = ns.Get<PortsReport>();
    if (ports.ok()) AddRange(*ports, netns, out);
    if (report.ok()) AddUse(*report, netns, out);
    status.Update(ports.status());
    status.Update(report.status());
  }
  return status;
}

}  // namespace tcp_lifecycle
