#include "collectors/listen.h"

#include <algorithm>
#include <string>
#include <tuple>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "collectors/analysis/port_use.h"
#include "collectors/counters.h"
#include "collectors/report_accumulator.h"
#include "collectors/reports/listen_report.h"

namespace tcp_lifecycle {
namespace {

constexpr FamilyDescriptor kQueue =
    Gauge("listen_queue_sockets", {"listen_address", "listen_port"},
          "Connections that wait for accept(), summed over the sockets that listen on this "
          "address and port; the 50 fullest such groups are on the page.",
          "inet_diag idiag_rqueue, or /proc/net/tcp and tcp6 rx_queue")
        .Of(Scope::kEveryNamespace);
constexpr FamilyDescriptor kLimit =
    Gauge("listen_queue_limit", {"listen_address", "listen_port"},
          "Limit of listen_queue_sockets in connections: the smaller of listen()'s backlog and "
          "somaxconn, summed; the kernel queues one more on each socket.",
          "inet_diag idiag_wqueue")
        .Of(Scope::kEveryNamespace);
constexpr FamilyDescriptor kMaxRatio =
    Gauge("listen_queue_max_ratio", {"listen_address", "listen_port"},
          "Queue by limit of the fullest single socket that listens on this address and port.",
          "inet_diag idiag_rqueue, idiag_wqueue")
        .Of(Scope::kEveryNamespace);
constexpr FamilyDescriptor kSocketDrops =
    Gauge("listen_socket_drops", {"listen_address", "listen_port"},
          "Connections lost by the sockets that listen on this address and port now; falls when "
          "one of them closes.",
          "inet_diag INET_DIAG_SKMEMINFO drops")
        .Of(Scope::kEveryNamespace);
constexpr FamilyDescriptor kInRange =
    Gauge("listener_in_ephemeral_range", {"listen_address", "listen_port"},
          "1 for each listener of the page whose port is inside the ephemeral range and not "
          "reserved: that port is lost to connect().",
          {"net/ipv4/ip_local_port_range, ip_local_reserved_ports", {Fact::kEphemeralPorts}})
        .Of(Scope::kEveryNamespace);
constexpr FamilyDescriptor kOmitted =
    Gauge("listen_groups_omitted", {},
          "Addresses and ports listened on, of all namespaces, that are not among the 50 fullest, "
          "which the page has.",
          "inet_diag or /proc/net/tcp and tcp6, rows in LISTEN")
        .Of(Scope::kHost);
constexpr FamilyDescriptor kOverflows =
    Counter("listen_overflows_total", {},
            "Segments of handshakes (a SYN, the last ACK) that a listener dropped because its "
            "accept queue was full; a connection that tries again counts again.",
            {"/proc/net/netstat TcpExt ListenOverflows", {Fact::kCounters}})
        .Of(Scope::kEveryNamespace);
constexpr FamilyDescriptor kDrops =
    Counter("listen_drops_total", {},
            "Segments of handshakes that listeners dropped for any reason, overflows included.",
            {"/proc/net/netstat TcpExt ListenDrops", {Fact::kCounters}});
constexpr FamilyDescriptor kUnacceptedSockets =
    Gauge("unaccepted_sockets", {},
          "Sockets in ESTABLISHED that the program has not accepted yet; absent where the source "
          "cannot tell.",
          "inet_diag or /proc/net/tcp and tcp6 inode 0");

constexpr std::array kFamilies = {kQueue,   kLimit,     kMaxRatio, kSocketDrops,      kInRange,
                                  kOmitted, kOverflows, kDrops,    kUnacceptedSockets};

constexpr std::array kOverflowCounter = {CounterSeries{TcpCounter::kListenOverflows, &kOverflows}};
constexpr std::array kDropCounter = {CounterSeries{TcpCounter::kListenDrops, &kDrops}};

struct State {
  ListenGroups groups;
  uint64_t unaccepted = 0;
  absl::flat_hash_map<uint16_t, uint64_t> unclosed;  // by local port
};

std::vector<UnclosedOnPort> Most(const absl::flat_hash_map<uint16_t, uint64_t>& unclosed) {
  std::vector<UnclosedOnPort> most;
  for (const auto& [port, sockets] : unclosed) most.push_back({port, sockets});
  std::ranges::sort(most, [](const UnclosedOnPort& a, const UnclosedOnPort& b) {
    return std::tie(b.sockets, a.port) < std::tie(a.sockets, b.port);
  });
  if (most.size() > ListenReport::kMaxGroups) most.resize(ListenReport::kMaxGroups);
  return most;
}

class ListenAccumulator final : public ReportAccumulator<ListenReport, State> {
 public:
  using ReportAccumulator::ReportAccumulator;
  void ObserveListeners(std::span<const Listener> listeners) override {
    for (const Listener& listener : listeners) Of(listener.socket).groups.Add(listener);
  }
  void Observe(std::span<const Socket> sockets) override {
    for (const Socket& socket : sockets) {
      if ((socket.flags & kUnaccepted) != 0) {
        Of(socket).unaccepted += socket.state == TcpState::kEstablished ? 1 : 0;
      } else if (socket.state == TcpState::kCloseWait && socket.role == Role::kInbound) {
        ++Of(socket).unclosed[socket.local_port];
      }
    }
  }

 private:
  absl::StatusOr<ListenReport> Make(State state, const NamespaceFacts& facts,
                                    const PassInfo& pass) const override {
    ListenReport report;
    report.groups = state.groups.TakeFullest(ListenReport::kMaxGroups);
    report.omitted_groups = state.groups.omitted();
    if (facts.ephemeral_ports.ok()) {
      for (ListenGroup& group : report.groups) {
        group.in_ephemeral_range = IsUsable(*facts.ephemeral_ports, group.port);
      }
    }
    if (pass.knows_unaccepted) report.unaccepted = state.unaccepted;
    report.unclosed = Most(state.unclosed);
    return report;
  }
};

struct Exported {
  const ListenGroup* group;
  absl::string_view netns;
};

// The fullest of all namespaces, at most as many as the page has of one.
std::vector<Exported> Choose(const Snapshot& snapshot, uint64_t& omitted) {
  std::vector<Exported> chosen;
  for (const NamespaceSnapshot& ns : snapshot.namespaces) {
    const auto* report = ns.reports.Get<ListenReport>();
    if (report == nullptr) continue;
    omitted += report->omitted_groups;
    for (const ListenGroup& group : report->groups) {
      chosen.push_back({&group, ns.facts.netns.name});
    }
  }
  std::stable_sort(chosen.begin(), chosen.end(), [](const Exported& a, const Exported& b) {
    return IsFuller(*a.group, *b.group);
  });
  if (chosen.size() > ListenReport::kMaxGroups) {
    omitted += chosen.size() - ListenReport::kMaxGroups;
    chosen.resize(ListenReport::kMaxGroups);
  }
  return chosen;
}

void AddGroup(const Exported& exported, FamilySet& out) {
  const ListenGroup& group = *exported.group;
  const absl::string_view netns = exported.netns;
  const std::string address = ToString(group.address);
  const std::string port = absl::StrCat(group.port);
  out.Add(kQueue, {netns, address, port}, static_cast<double>(group.queue));
  if (group.limit) out.Add(kLimit, {netns, address, port}, static_cast<double>(*group.limit));
  if (group.max_ratio) out.Add(kMaxRatio, {netns, address, port}, *group.max_ratio);
  if (group.drops) out.Add(kSocketDrops, {netns, address, port}, static_cast<double>(*group.drops));
  if (group.in_ephemeral_range) out.Add(kInRange, {netns, address, port}, 1);
}

}  // namespace

std::span<const FamilyDescriptor> ListenCollector::Families() const { return kFamilies; }

std::unique_ptr<Accumulator> ListenCollector::Begin(const Snapshot& snapshot) const {
  return std::make_unique<ListenAccumulator>(snapshot);
}

absl::Status ListenCollector::Describe(const Snapshot& snapshot, FamilySet& out) const {
  uint64_t omitted = 0;
  for (const Exported& exported : Choose(snapshot, omitted)) AddGroup(exported, out);
  for (const NamespaceSnapshot& ns : snapshot.namespaces) {
    static_cast<void>(AddCounters(kOverflowCounter, ns.facts, out));
  }
  const NamespaceFacts& facts = snapshot.own().facts;
  const absl::string_view netns = facts.netns.name;
  absl::Status status = snapshot.own().reports.StatusOf<ListenReport>();
  status.Update(facts.ephemeral_ports.status());
  status.Update(AddCounters(kDropCounter, facts, out));
  const auto* report = snapshot.own().reports.Get<ListenReport>();
  if (report == nullptr) return status;
  // One limit serves all namespaces: told once, with the exporter's own.
  out.Add(kOmitted, {netns}, static_cast<double>(omitted));
  if (report->unaccepted) {
    out.Add(kUnacceptedSockets, {netns}, static_cast<double>(*report->unaccepted));
  }
  return status;
}

}  // namespace tcp_lifecycle
