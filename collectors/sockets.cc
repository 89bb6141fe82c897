#include "collectors/sockets.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "collectors/report_accumulator.h"
#include "collectors/reports/sockets_report.h"

namespace tcp_lifecycle {
namespace {

constexpr FamilyDescriptor kSockets =
    Gauge("sockets", {"family", "state"},
          "TCP sockets by family and state; IPv4-mapped addresses count as ipv4, orphaned "
          "FIN_WAIT2 as fin_wait2, bound_inactive is absent where the source cannot see it.",
          "inet_diag idiag_state, or /proc/net/tcp and tcp6 st")
        .Of(Scope::kEveryNamespace)
        .Since("bound_inactive: 6.8, by BPF 5.10");
constexpr FamilyDescriptor kOrphaned =
    Gauge("sockets_orphaned", {},
          "TCP sockets of the whole host that no process holds any more, TIME_WAIT left out.",
          {"/proc/net/sockstat TCP orphan", {Fact::kSockstat}})
        .Of(Scope::kHost);
constexpr FamilyDescriptor kAllocated =
    Gauge("sockets_allocated", {},
          "TCP sockets of the whole host that are allocated; TIME_WAIT, half-open connections and "
          "most orphaned FIN_WAIT2 do not count: the kernel keeps less than a socket for them.",
          {"/proc/net/sockstat TCP alloc", {Fact::kSockstat}})
        .Of(Scope::kHost);
constexpr FamilyDescriptor kMemory =
    Gauge("socket_memory_bytes", {}, "Memory of the TCP buffers of the whole host in bytes.",
          {"/proc/net/sockstat TCP mem", {Fact::kSockstat}})
        .Of(Scope::kHost);
constexpr FamilyDescriptor kMemoryLimit =
    Gauge("socket_memory_limit_bytes", {"level"},
          "Limits of the host's TCP buffer memory in bytes: the kernel saves memory from pressure "
          "until it falls below low again, and refuses at high.",
          {"net/ipv4/tcp_mem", {Fact::kSocketMemoryLimit}})
        .Of(Scope::kHost);
constexpr FamilyDescriptor kNamespaceInfo =
    Gauge("namespace_info", {"inode", "uid"},
          "1 for each network namespace on this page; inode of the namespace and uid of its pod, "
          "empty where unknown.",
          "/proc/PID/ns/net")
        .Of(Scope::kEveryNamespace);

constexpr FamilyDescriptor kContainerInfo =
    Gauge("namespace_container_info", {"container_id"},
          "1 for each container with processes in the namespace, 32 at most; known with "
          "--collector.namespaces only.",
          "/proc/PID/cgroup")
        .Of(Scope::kEveryNamespace);

constexpr std::array kFamilies = {kSockets,     kOrphaned,      kAllocated,    kMemory,
                                  kMemoryLimit, kNamespaceInfo, kContainerInfo};

class SocketsAccumulator final : public ReportAccumulator<SocketsReport> {
 public:
  using ReportAccumulator::ReportAccumulator;
  void ObserveListeners(std::span<const Listener> listeners) override {
    for (const Listener& listener : listeners) Count(listener.socket);
  }
  void Observe(std::span<const Socket> sockets) override {
    for (const Socket& socket : sockets) Count(socket);
  }

 private:
  void Count(const Socket& socket) {
    ++Of(socket).counts[static_cast<size_t>(socket.family)][static_cast<size_t>(socket.state)];
  }
  absl::StatusOr<SocketsReport> Make(SocketsReport report, const NamespaceFacts&,
                                     const PassInfo& pass) const override {
    report.knows_bound_inactive = pass.knows_bound_inactive;
    return report;
  }
};

void AddCounts(const SocketsReport& report, const Netns& netns, FamilySet& out) {
  for (size_t family = 0; family < kFamilyCount; ++family) {
    for (size_t state = 0; state < kTcpStateCount; ++state) {
      const std::optional<uint64_t> count =
          report.Count(static_cast<Family>(family), static_cast<TcpState>(state));
      if (!count || (netns.foreign && *count == 0)) continue;
      out.Add(kSockets, {netns.name, kFamilyNames[family], kTcpStateNames[state]},
              static_cast<double>(*count));
    }
  }
}

void AddIfKnown(const FamilyDescriptor& family, absl::string_view netns,
                const std::optional<uint64_t>& value, FamilySet& out) {
  if (value) out.Add(family, {netns}, static_cast<double>(*value));
}

void AddInfo(const Netns& netns, FamilySet& out) {
  if (netns.foreign && netns.inode == 0) return;  // wanted, and not there
  const std::string inode = netns.inode == 0 ? "" : absl::StrCat(netns.inode);
  out.Add(kNamespaceInfo, {netns.name, inode, netns.pod_uid}, 1);
  for (const std::string& id : netns.container_ids) out.Add(kContainerInfo, {netns.name, id}, 1);
}

absl::Status AddHostWide(const NamespaceFacts& facts, FamilySet& out) {
  const absl::string_view netns = facts.netns.name;
  if (facts.sockstat.ok()) {
    AddIfKnown(kOrphaned, netns, facts.sockstat->orphan, out);
    AddIfKnown(kAllocated, netns, facts.sockstat->allocated, out);
    AddIfKnown(kMemory, netns, facts.sockstat->memory_bytes, out);
  }
  if (const auto& limit = facts.socket_memory_limit; limit.ok()) {
    out.Add(kMemoryLimit, {netns, "low"}, static_cast<double>(limit->low_bytes));
    out.Add(kMemoryLimit, {netns, "pressure"}, static_cast<double>(limit->pressure_bytes));
    out.Add(kMemoryLimit, {netns, "high"}, static_cast<double>(limit->high_bytes));
  }
  absl::Status status = facts.sockstat.status();
  // A namespace other than the first has no such file: absent, and no failure.
  if (const absl::Status& limit = facts.socket_memory_limit.status(); !absl::IsNotFound(limit)) {
    status.Update(limit);
  }
  return status;
}

}  // namespace

std::span<const FamilyDescriptor> SocketsCollector::Families() const { return kFamilies; }

std::unique_ptr<Accumulator> SocketsCollector::Begin(const Snapshot& snapshot) const {
  return std::make_unique<SocketsAccumulator>(snapshot);
}

absl::Status SocketsCollector::Describe(const Snapshot& snapshot, FamilySet& out) const {
  for (const NamespaceSnapshot& ns : snapshot.namespaces) {
    const auto* report = ns.reports.Get<SocketsReport>();
    if (report != nullptr) AddCounts(*report, ns.facts.netns, out);
    AddInfo(ns.facts.netns, out);
  }
  absl::Status status = snapshot.own().reports.StatusOf<SocketsReport>();
  // Host-wide figures stand once on the page, with the exporter's own namespace.
  status.Update(AddHostWide(snapshot.own().facts, out));
  return status;
}

}  // namespace tcp_lifecycle
