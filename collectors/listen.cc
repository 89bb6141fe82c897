#include "collectors/listen.h"

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "collectors/analysis/port_use.h"
#include "collectors/counters.h"
#include "collectors/report_accumulator.h"

namespace tcp_lifecycle {
namespace {

using prometheus::MetricType;

constexpr std::array<absl::string_view, 3> kListenerLabels = {"netns", "listen_address",
                                                              "listen_port"};

constexpr FamilyDescriptor kQueue = {
    "tcp_lifecycle_listen_queue_sockets",
    MetricType::Gauge,
    kListenerLabels,
    "Connections that wait for accept(), summed over the sockets that listen on this address and "
    "port; the 50 fullest such groups are on the page.",
    "inet_diag idiag_rqueue, or /proc/net/tcp and tcp6 rx_queue",
    ""};
constexpr FamilyDescriptor kLimit = {
    "tcp_lifecycle_listen_queue_limit",
    MetricType::Gauge,
    kListenerLabels,
    "Limit of listen_queue_sockets in connections: the smaller of listen()'s backlog and "
    "somaxconn, summed; the kernel queues one more on each socket.",
    "inet_diag idiag_wqueue",
    ""};
constexpr FamilyDescriptor kMaxRatio = {
    "tcp_lifecycle_listen_queue_max_ratio",
    MetricType::Gauge,
    kListenerLabels,
    "Queue by limit of the fullest single socket that listens on this address and port.",
    "inet_diag idiag_rqueue, idiag_wqueue",
    ""};
constexpr FamilyDescriptor kSocketDrops = {
    "tcp_lifecycle_listen_socket_drops",
    MetricType::Gauge,
    kListenerLabels,
    "Connections lost by the sockets that listen on this address and port now; falls when one of "
    "them closes.",
    "inet_diag INET_DIAG_SKMEMINFO drops",
    ""};
constexpr FamilyDescriptor kInRange = {
    "tcp_lifecycle_listener_in_ephemeral_range",
    MetricType::Gauge,
    kListenerLabels,
    "1 for each listener of the page whose port is inside the ephemeral range and not reserved: "
    "that port is lost to connect().",
    "net/ipv4/ip_local_port_range, ip_local_reserved_ports",
    ""};
constexpr FamilyDescriptor kOmitted = {
    "tcp_lifecycle_listen_groups_omitted",
    MetricType::Gauge,
    kNetnsLabel,
    "Addresses and ports listened on, of all namespaces, that are not among the 50 fullest, which "
    "the page has.",
    "inet_diag or /proc/net/tcp and tcp6, rows in LISTEN",
    ""};
constexpr FamilyDescriptor kOverflows = {
    "tcp_lifecycle_listen_overflows_total",
    MetricType::Counter,
    kNetnsLabel,
    "Segments of handshakes (a SYN, the last ACK) that a listener dropped because its accept queue "
    "was full; a connection that tries again counts again.",
    "/proc/net/netstat TcpExt ListenOverflows",
    ""};
constexpr FamilyDescriptor kDrops = {
    "tcp_lifecycle_listen_drops_total",
    MetricType::Counter,
    kNetnsLabel,
    "Segments of handshakes that listeners dropped for any reason, overflows included.",
    "/proc/net/netstat TcpExt ListenDrops",
    ""};
constexpr FamilyDescriptor kUnacceptedSockets = {
    "tcp_lifecycle_unaccepted_sockets",
    MetricType::Gauge,
    kNetnsLabel,
    "Sockets in ESTABLISHED that the program has not accepted yet; absent where the source cannot "
    "tell.",
    "inet_diag or /proc/net/tcp and tcp6 inode 0",
    ""};

constexpr std::array kFamilies = {kQueue,   kLimit,     kMaxRatio, kSocketDrops,      kInRange,
                                  kOmitted, kOverflows, kDrops,    kUnacceptedSockets};

constexpr std::array<CounterSeries, 1> kOverflowCounter = {
    {{TcpCounter::kListenOverflows, &kOverflows}}};
constexpr std::array<CounterSeries, 1> kDropCounter = {{{TcpCounter::kListenDrops, &kDrops}}};

struct State {
  ListenGroups groups;
  uint64_t unaccepted = 0;
};

class ListenAccumulator final : public ReportAccumulator<ListenReport, State> {
 public:
  using ReportAccumulator::ReportAccumulator;
  void ObserveListeners(std::span<const Listener> listeners) override {
    for (const Listener& listener : listeners) Of(listener.socket).groups.Add(listener);
  }
  void Observe(std::span<const Socket> sockets) override {
    for (const Socket& socket : sockets) {
      if (socket.state == TcpState::kEstablished && (socket.flags & kUnaccepted) != 0) {
        ++Of(socket).unaccepted;
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
    const auto& report = ns.Get<ListenReport>();
    if (!report.ok()) continue;
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
  const auto& report = snapshot.own().Get<ListenReport>();
  absl::Status status = report.status();
  status.Update(facts.ephemeral_ports.status());
  status.Update(AddCounters(kDropCounter, facts, out));
  if (!report.ok()) return status;
  // One limit serves all namespaces: told once, with the exporter's own.
  out.Add(kOmitted, {netns}, static_cast<double>(omitted));
  if (report->unaccepted) {
    out.Add(kUnacceptedSockets, {netns}, static_cast<double>(*report->unaccepted));
  }
  return status;
}

}  // namespace tcp_lifecycle
