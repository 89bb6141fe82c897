#include "collectors/time_wait.h"

#include "collectors/counters.h"
#include "collectors/report_accumulator.h"
#include "collectors/reports/time_wait_report.h"

namespace tcp_lifecycle {
namespace {

constexpr FamilyDescriptor kSockets =
    Gauge("time_wait_sockets", {"role"},
          "Sockets in real TIME_WAIT by the end that opened the connection: outbound ones hold an "
          "ephemeral port to their destination, inbound ones only the port of their server.",
          {"inet_diag or /proc/net/tcp and tcp6, role judged by listeners and port range",
           {Fact::kEphemeralPorts}})
        .Of(Scope::kEveryNamespace);
constexpr FamilyDescriptor kBuckets =
    Gauge("time_wait_buckets", {},
          "The kernel's own count of TIME_WAIT sockets, orphaned FIN_WAIT2 included; before Linux "
          "4.10 that of the whole host.",
          {"/proc/net/sockstat TCP tw", {Fact::kSockstat}});
constexpr FamilyDescriptor kBucketsLimit = Gauge(
    "time_wait_buckets_limit", {}, "Limit of time_wait_buckets; above it sockets skip TIME_WAIT.",
    {"net/ipv4/tcp_max_tw_buckets", {Fact::kSysctls}});
constexpr FamilyDescriptor kRemaining =
    Histogram("time_wait_remaining_seconds", {},
              "Seconds left to the outbound TIME_WAIT sockets that exist now; a picture of the "
              "present, not a history: no rate().",
              "inet_diag idiag_expires, or /proc/net/tcp and tcp6 tm->when");
constexpr FamilyDescriptor kCounted = Counter(
    "time_wait_counted_total", {},
    "TIME_WAIT sockets the kernel has counted, when they began or, on older kernels, ended.",
    {"/proc/net/netstat TcpExt TW", {Fact::kCounters}});
constexpr FamilyDescriptor kReused =
    Counter("time_wait_reused_total", {},
            "TIME_WAIT sockets whose port a connect() of ours took over (tcp_tw_reuse).",
            {"/proc/net/netstat TcpExt TWRecycled", {Fact::kCounters}});
constexpr FamilyDescriptor kKilled = Counter(
    "time_wait_killed_total", {}, "TIME_WAIT sockets made with a time-out of 4 seconds or less.",
    {"/proc/net/netstat TcpExt TWKilled", {Fact::kCounters}});
constexpr FamilyDescriptor kOverflow =
    Counter("time_wait_overflow_total", {},
            "Sockets that skipped TIME_WAIT because time_wait_buckets_limit was reached.",
            {"/proc/net/netstat TcpExt TCPTimeWaitOverflow", {Fact::kCounters}});

constexpr std::array kFamilies = {kSockets, kBuckets, kBucketsLimit, kRemaining,
                                  kCounted, kReused,  kKilled,       kOverflow};

constexpr std::array kCounters = {
    CounterSeries{TcpCounter::kTimeWaitCounted, &kCounted},
    CounterSeries{TcpCounter::kTimeWaitReused, &kReused},
    CounterSeries{TcpCounter::kTimeWaitKilled, &kKilled},
    CounterSeries{TcpCounter::kTimeWaitOverflow, &kOverflow},
};

class TimeWaitAccumulator final : public ReportAccumulator<TimeWaitReport> {
 public:
  using ReportAccumulator::ReportAccumulator;
  void Observe(std::span<const Socket> sockets) override {
    for (const Socket& socket : sockets) {
      if (socket.state != TcpState::kTimeWait) continue;
      TimeWaitReport& report = Of(socket);
      ++report.sockets[static_cast<size_t>(socket.role)];
      if (socket.role == Role::kOutbound) report.outbound_remaining.Add(socket.remaining_ms);
    }
  }

 private:
  absl::StatusOr<TimeWaitReport> Make(TimeWaitReport report, const NamespaceFacts&,
                                      const PassInfo&) const override {
    return report;
  }
};

void AddRoles(const NamespaceSnapshot& ns, FamilySet& out) {
  const auto* report = ns.reports.Get<TimeWaitReport>();
  for (size_t role = 0; report != nullptr && role < kRoleCount; ++role) {
    out.Add(kSockets, {ns.facts.netns.name, kRoleNames[role]},
            static_cast<double>(report->sockets[role]));
  }
}

absl::Status DescribeOwn(const NamespaceSnapshot& ns, FamilySet& out) {
  const NamespaceFacts& facts = ns.facts;
  const absl::string_view netns = facts.netns.name;
  if (const auto* report = ns.reports.Get<TimeWaitReport>()) {
    const TimeWaitHistogram& remaining = report->outbound_remaining;
    out.AddHistogram(kRemaining, {netns}, TimeWaitHistogram::kBoundsSeconds, remaining.counts(),
                     remaining.sum_seconds());
  }
  absl::Status status = ns.reports.StatusOf<TimeWaitReport>();
  if (facts.sockstat.ok() && facts.sockstat->time_wait) {
    out.Add(kBuckets, {netns}, static_cast<double>(*facts.sockstat->time_wait));
  }
  status.Update(facts.sockstat.status());
  const absl::StatusOr<int64_t>& limit = facts.sysctls[Sysctl::kMaxTwBuckets];
  if (limit.ok()) {
    out.Add(kBucketsLimit, {netns}, static_cast<double>(*limit));
  } else if (!absl::IsNotFound(limit.status())) {
    status.Update(limit.status());
  }
  status.Update(AddCounters(kCounters, facts, out));
  return status;
}

}  // namespace

std::span<const FamilyDescriptor> TimeWaitCollector::Families() const { return kFamilies; }

std::unique_ptr<Accumulator> TimeWaitCollector::Begin(const Snapshot& snapshot) const {
  return std::make_unique<TimeWaitAccumulator>(snapshot);
}

absl::Status TimeWaitCollector::Describe(const Snapshot& snapshot, FamilySet& out) const {
  for (const NamespaceSnapshot& ns : snapshot.namespaces) AddRoles(ns, out);
  return DescribeOwn(snapshot.own(), out);
}

}  // namespace tcp_lifecycle
