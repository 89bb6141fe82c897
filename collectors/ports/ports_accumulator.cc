#include "collectors/ports/ports_accumulator.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "collectors/analysis/bind_pool.h"
#include "collectors/analysis/destinations.h"
#include "collectors/analysis/port_use.h"
#include "collectors/report_accumulator.h"
#include "collectors/reports/ports_report.h"

namespace tcp_lifecycle {
namespace {

struct NamespaceUse {
  uint32_t index;  // Socket::namespace_index
  ReuseRule reuse;
  PortUse ports;
  PortRange range;
  BindPool bind_pool = {};
  OwnRanges own_ranges = {};
  uint32_t first_bound_free_ms = DestinationUse::kNever;  // of PortCapacity
};

// The least number of free ports among `ports` that no socket was seen to hold: each unseen socket
// holds one of them at most.
uint32_t LessUnseen(uint32_t ports, uint64_t unseen) {
  return ports - static_cast<uint32_t>(std::min<uint64_t>(ports, unseen));
}

// nullopt where the range is unknown: nothing can be counted then.
using State = std::optional<NamespaceUse>;

std::vector<State> MakeStates(const Snapshot& snapshot) {
  std::vector<State> states(snapshot.namespaces.size());
  for (uint32_t i = 0; i < states.size(); ++i) {
    const NamespaceFacts& facts = snapshot.namespaces[i].facts;
    if (!facts.ephemeral_ports.ok()) continue;
    states[i].emplace(NamespaceUse{i, ReuseRule(facts.sysctls, facts.may_reuse_fin_wait2),
                                   PortUse(UsablePorts(*facts.ephemeral_ports)),
                                   facts.ephemeral_ports->range});
  }
  return states;
}

// `report` has what is blocked and used. `unseen`: at most so many sockets that hold a port were
// not seen; nullopt: nobody knows.
PortCapacity CapacityOf(const PortsReport& report, uint32_t usable, const PortRange& range,
                        std::optional<uint64_t> unseen, bool is_exact) {
  PortCapacity capacity;
  capacity.usable = usable;
  for (const std::optional<uint32_t>& blocked : report.blocked) capacity.blocked += *blocked;
  if (unseen) capacity.untouched = LessUnseen(capacity.usable - report.used, *unseen);
  capacity.may_miss_one = range.size() % 2 == 1 && range.size() > 1;
  capacity.is_exact = is_exact;
  return capacity;
}

class PortsAccumulator final : public ReportAccumulator<PortsReport, State> {
 public:
  PortsAccumulator(const Snapshot& snapshot, const Admission& admission)
      : ReportAccumulator(MakeStates(snapshot)),
        admission_(admission),
        most_bound_inactive_(snapshot.most_bound_inactive),
        destinations_(Destinations::kLimit, snapshot.source_knows_scope) {}

  void ObserveListeners(std::span<const Listener> listeners) override {
    for (const Listener& listener : listeners) {
      State& use = Of(listener.socket);
      if (!use) continue;
      use->ports.AddListener(listener);
      if (use->ports.usable()[listener.socket.local_port]) use->bind_pool.Add(listener.socket);
    }
  }
  void Observe(std::span<const Socket> sockets) override {
    for (const Socket& socket : sockets) {
      State& use = Of(socket);
      if (!use) continue;
      use->ports.Add(socket);
      const PortKind kind = use->ports.KindOf(socket.local_port);
      if (kind != PortKind::kOther) use->bind_pool.Add(socket);
      if (kind == PortKind::kBound && socket.state == TcpState::kTimeWait) {
        use->first_bound_free_ms = std::min(use->first_bound_free_ms, socket.remaining_ms);
      }
      destinations_.Add(socket, kind, use->reuse);
    }
  }
  void ObserveBlockedPorts(uint32_t namespace_index, const PortSet& ports) override {
    if (State& use = Of(namespace_index)) use->ports.SetBlocked(ports);
  }
  void ObserveOwnRange(const Socket& socket, const PortRange& range) override {
    if (State& use = Of(socket)) use->own_ranges.Add(socket, range, use->range, use->ports);
  }

 private:
  absl::StatusOr<PortsReport> Make(State use, const NamespaceFacts& facts,
                                   const PassInfo& pass) const override {
    if (!use) return facts.ephemeral_ports.status();
    PortsReport report;
    for (size_t by = 0; by < kPortBlockCount; ++by) {
      report.blocked[by] = use->ports.blocked(static_cast<PortBlock>(by));
    }
    report.knows_bound = use->ports.told();
    report.used = use->ports.used();
    const std::optional<uint64_t> unseen =
        pass.knows_bound_inactive ? std::optional<uint64_t>(0) : most_bound_inactive_;
    report.capacity = CapacityOf(
        report, CountUsable(*facts.ephemeral_ports), facts.ephemeral_ports->range, unseen,
        use->ports.told() && use->reuse.known() && destinations_.table().evictions() == 0);
    report.capacity.first_bound_free_ms = use->first_bound_free_ms;
    if (!pass.knows_bound_inactive) {
      report.blocked[static_cast<size_t>(PortBlock::kBound)].reset();
    }
    if (unseen && *unseen <= report.capacity.usable / PortsReport::kPortsPerUnseen) {
      report.bind_sources =
          use->bind_pool.Fullest(use->ports.usable(), PortsReport::kMaxBindSources);
      for (BindSource& source : *report.bind_sources) {
        source.free = LessUnseen(source.free, *unseen);
      }
      report.bind_free_any = LessUnseen(report.capacity.usable - report.used, *unseen);
    }

    // A source that knows which ports are blocked (BPF) reads ranges as well: none means none
    // there.
    if (use->ports.told() || !use->own_ranges.empty()) {
      report.own_ranges = use->own_ranges.Fullest(use->ports, PortsReport::kMaxOwnRanges);
    }

    Ranking ranking = Rank(destinations_, use->index, report.capacity, use->reuse, admission_,
                           std::max(admission_.top, PortsReport::kMinDestinations));
    report.utilization = ranking.utilization;
    report.destinations = std::move(ranking.destinations);
    const Destinations::Table& table = destinations_.table();
    report.distinct_destinations = table.distinct();
    report.table_limit = table.limit();
    report.table_evictions = table.evictions();
    report.table_error_ports = table.error();
    return report;
  }

  Admission admission_;
  std::optional<uint64_t> most_bound_inactive_;
  Destinations destinations_;
};

}  // namespace

std::unique_ptr<Accumulator> MakePortsAccumulator(const Snapshot& snapshot,
                                                  const Admission& admission) {
  return std::make_unique<PortsAccumulator>(snapshot, admission);
}

}  // namespace tcp_lifecycle
