#include "collectors/time_wait.h"

#include "collectors/counters.h"
#include "collectors/report_accumulator.h"

namespace tcp_lifecycle {
namespace {

using prometheus::MetricType;

constexpr std::array<absl::string_view, 2> kRoleLabels = {"netns", "role"};

constexpr FamilyDescriptor kSockets = {
    "tcp_lifecycle_time_wait_sockets",
    MetricType::Gauge,
    kRoleLabels,
    "Sockets in real TIME_WAIT by the end that opened the connection: outbound ones hold an "
    "ephemeral port to their destination, inbound ones only the port of their server.",
    "inet_diag or /proc/net/tcp and tcp6, role judged by listeners and port range",
    ""};
constexpr FamilyDescriptor kBuckets = {
    "tcp_lifecycle_time_wait_buckets",
    MetricType::Gauge,
    kNetnsLabel,
    "The kernel's own count of TIME_WAIT sockets, orphaned FIN_WAIT2 included.",
    "/proc/net/sockstat TCP tw",
    ""};
constexpr FamilyDescriptor kBucketsLimit = {
    "tcp_lifecycle_time_wait_buckets_limit",
    MetricType::Gauge,
    kNetnsLabel,
    "Limit of time_wait_buckets; above it sockets skip TIME_WAIT.",
    "net/ipv4/tcp_max_tw_buckets",
    ""};
constexpr FamilyDescriptor kRemaining = {
    "tcp_lifecycle_time_wait_remaining_seconds",
    MetricType::Histogram,
    kNetnsLabel,
    "Seconds left to the outbound TIME_WAIT sockets that exist now; a picture of the present, "
    "not a history: no rate().",
    "inet_diag idiag_expires, or /proc/net/tcp and tcp6 tm->when",
    ""};
constexpr FamilyDescriptor kCounted = {
    "tcp_lifecycle_time_wait_counted_total",
    MetricType::Counter,
    kNetnsLabel,
    "TIME_WAIT sockets the kernel has counted, when they began or, on older kernels, ended.",
    "/proc/net/netstat TcpExt TW",
    ""};
constexpr FamilyDescriptor kReused = {
    "tcp_lifecycle_time_wait_reused_total",
    MetricType::Counter,
    kNetnsLabel,
    "TIME_WAIT sockets whose port a connect() of ours took over (tcp_tw_reuse).",
    "/proc/net/netstat TcpExt TWRecycled",
    ""};
constexpr FamilyDescriptor kKilled = {
    "tcp_lifecycle_time_wait_killed_total",
    MetricType::Counter,
    kNetnsLabel,
    "TIME_WAIT sockets made with a time-out of 4 seconds or less.",
    "/proc/net/netstat TcpExt TWKilled",
    ""};
constexpr FamilyDescriptor kOverflow = {
    "tcp_lifecycle_time_wait_overflow_total",
    MetricType::Counter,
    kNetnsLabel,
    "Sockets that skipped TIME_WAIT because time_wait_buckets_limit was reached.",
    "/proc/net/netstat TcpExt TCPTimeWaitOverflow",
    ""};

constexpr std::array kFamilies = {kSockets, kBuckets, kBucketsLimit, kRemaining,
                                  kCounted, kReused,  kKilled,       kOverflow};

constexpr std::array<CounterSeries, 4> kCounters = {{
    {TcpCounter::kTimeWaitCounted, &kCounted},
    {TcpCounter::kTimeWaitReused, &kReused},
    {TcpCounter::kTimeWaitKilled, &kKilled},
    {TcpCounter::kTimeWaitOverflow, &kOverflow},
}};

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
  const auto& report = ns.Get<TimeWaitReport>();
  for (size_t role = 0; report.ok() && role < kRoleCount; ++role) {
    out.Add(kSockets, {ns.facts.netns.name, kRoleNames[role]},
            static_cast<double>(report->sockets[role]));
  }
}

absl::Status DescribeOwn(const NamespaceSnapshot& ns, FamilySet& out) {
  const NamespaceFacts& facts = ns.facts;
  const absl::string_view netns = facts.netns.name;
  const auto& report = ns.Get<TimeWaitReport>();
  if (report.ok()) {
    const TimeWaitHistogram& remaining = report->outbound_remaining;
    out.AddHistogram(kRemaining, {netns}, TimeWaitHistogram::kBoundsSeconds, remaining.counts(),
                     remaining.sum_seconds());
  }
  absl::Status status = report.status();
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
