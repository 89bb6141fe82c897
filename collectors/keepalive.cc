#include "collectors/keepalive.h"

#include <algorithm>
#include <tuple>

#include "collectors/counters.h"
#include "collectors/report_accumulator.h"
#include "collectors/reports/keepalive_report.h"

namespace tcp_lifecycle {
namespace {

constexpr MetricSource kTimerSource = "inet_diag idiag_timer, or /proc/net/tcp and tcp6 tr";

constexpr FamilyDescriptor kTimerSockets =
    Gauge("timer_sockets", {"timer"},
          "Sockets by the timer they run, over the rows of ss -tano: every state, LISTEN (none) "
          "and TIME_WAIT included, but bound_inactive; fin_wait2 is the wait of an orphan for its "
          "peer's FIN.",
          kTimerSource);
constexpr FamilyDescriptor kKeepaliveSockets =
    Gauge("keepalive_sockets", {"keepalive"},
          "Sockets in ESTABLISHED and CLOSE_WAIT by SO_KEEPALIVE; unknown while another timer "
          "hides it from a source other than bpf.",
          kTimerSource);
constexpr FamilyDescriptor kRemaining =
    Histogram("keepalive_remaining_seconds", {},
              "Seconds until the next keepalive probe of the sockets that have one pending now; a "
              "picture of the present, not a history: no rate().",
              "inet_diag idiag_expires, or /proc/net/tcp and tcp6 tm->when");
constexpr FamilyDescriptor kUnanswered =
    Gauge("keepalive_unanswered_sockets", {"probes"},
          "Sockets in ESTABLISHED and CLOSE_WAIT whose peer has left this many keepalive probes "
          "unanswered.",
          "inet_diag idiag_retrans, or /proc/net/tcp and tcp6 timeout");
constexpr FamilyDescriptor kProbesSent =
    Counter("keepalive_probes_sent_total", {}, "Keepalive probes sent.",
            {"/proc/net/netstat TcpExt TCPKeepAlive", {Fact::kCounters}});

constexpr std::array kFamilies = {kTimerSockets, kKeepaliveSockets, kRemaining, kUnanswered,
                                  kProbesSent};

constexpr std::array kCounters = {CounterSeries{TcpCounter::kKeepAliveProbes, &kProbesSent}};

constexpr Keepalive KeepaliveOf(const Socket& socket) {
  if ((socket.flags & kKeepaliveOn) != 0) return Keepalive::kOn;
  if ((socket.flags & kKeepaliveOff) != 0) return Keepalive::kOff;
  switch (socket.timer) {
    case Timer::kKeepalive:
      return Keepalive::kOn;
    case Timer::kNone:
      return Keepalive::kOff;
    default:
      return Keepalive::kUnknown;
  }
}

bool IsWorse(const SilentPeer& a, const SilentPeer& b) {
  const auto order = [](const SilentPeer& peer) {
    return std::tie(peer.remote_address, peer.remote_port, peer.local_address, peer.local_port);
  };
  return a.probes != b.probes ? a.probes > b.probes : order(a) < order(b);
}

class KeepaliveAccumulator final : public ReportAccumulator<KeepaliveReport> {
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
    if (socket.state == TcpState::kBoundInactive) return;
    KeepaliveReport& report = Of(socket);
    ++report.timers[static_cast<size_t>(socket.timer)];
    if (socket.state != TcpState::kEstablished && socket.state != TcpState::kCloseWait) return;
    const auto keepalive = static_cast<size_t>(KeepaliveOf(socket));
    ++report.sockets[keepalive];
    report.established[keepalive] += socket.state == TcpState::kEstablished ? 1 : 0;
    if (socket.timer != Timer::kKeepalive) return;
    report.remaining.Add(socket.remaining_ms);
    if (socket.retransmits == 0) return;
    const size_t most = report.unanswered.size();
    ++report.unanswered[std::min<size_t>(socket.retransmits, most) - 1];
    const SilentPeer peer = {socket.local_address, socket.remote_address, socket.local_port,
                             socket.remote_port, socket.retransmits};
    if (!report.most_unanswered || IsWorse(peer, *report.most_unanswered)) {
      report.most_unanswered = peer;
    }
  }
  absl::StatusOr<KeepaliveReport> Make(KeepaliveReport report, const NamespaceFacts&,
                                       const PassInfo&) const override {
    return report;
  }
};

void AddReport(const KeepaliveReport& report, absl::string_view netns, FamilySet& out) {
  for (size_t i = 0; i < kTimerCount; ++i) {
    out.Add(kTimerSockets, {netns, kTimerNames[i]}, static_cast<double>(report.timers[i]));
  }
  for (size_t i = 0; i < kKeepaliveCount; ++i) {
    out.Add(kKeepaliveSockets, {netns, kKeepaliveNames[i]}, static_cast<double>(report.sockets[i]));
  }
  out.AddHistogram(kRemaining, {netns}, KeepaliveHistogram::kBoundsSeconds,
                   report.remaining.counts(), report.remaining.sum_seconds());
  for (size_t i = 0; i < kUnansweredProbesNames.size(); ++i) {
    out.Add(kUnanswered, {netns, kUnansweredProbesNames[i]},
            static_cast<double>(report.unanswered[i]));
  }
}

}  // namespace

std::span<const FamilyDescriptor> KeepaliveCollector::Families() const { return kFamilies; }

std::unique_ptr<Accumulator> KeepaliveCollector::Begin(const Snapshot& snapshot) const {
  return std::make_unique<KeepaliveAccumulator>(snapshot);
}

absl::Status KeepaliveCollector::Describe(const Snapshot& snapshot, FamilySet& out) const {
  const NamespaceFacts& facts = snapshot.own().facts;
  const Reports& reports = snapshot.own().reports;
  if (const auto* report = reports.Get<KeepaliveReport>())
    AddReport(*report, facts.netns.name, out);
  absl::Status status = reports.StatusOf<KeepaliveReport>();
  status.Update(AddCounters(kCounters, facts, out));
  return status;
}

}  // namespace tcp_lifecycle
