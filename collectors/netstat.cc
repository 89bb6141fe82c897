#include "collectors/netstat.h"

#include "collectors/counters.h"
#include "collectors/reports/snapshot.h"

namespace tcp_lifecycle {
namespace {

constexpr FamilyDescriptor kActiveOpens =
    Counter("active_opens_total", {}, "Connections that this host began: SYN sent.",
            {"/proc/net/snmp Tcp ActiveOpens", {Fact::kCounters}});
constexpr FamilyDescriptor kPassiveOpens =
    Counter("passive_opens_total", {}, "Connections that came in to a listener.",
            {"/proc/net/snmp Tcp PassiveOpens", {Fact::kCounters}});
constexpr FamilyDescriptor kAttemptFails =
    Counter("attempt_fails_total", {},
            "Connections that ended before they were established; a connect() that finds no port "
            "does not count.",
            {"/proc/net/snmp Tcp AttemptFails", {Fact::kCounters}});
constexpr FamilyDescriptor kEstablishedResets =
    Counter("established_resets_total", {},
            "Connections that went from ESTABLISHED or CLOSE_WAIT straight to CLOSE: reset by "
            "either end, or timed out.",
            {"/proc/net/snmp Tcp EstabResets", {Fact::kCounters}});
constexpr FamilyDescriptor kRetransmitted =
    Counter("retransmitted_segments_total", {}, "Segments sent again, SYN and SYN-ACK included.",
            {"/proc/net/snmp Tcp RetransSegs", {Fact::kCounters}});
constexpr FamilyDescriptor kSynRetransmits =
    Counter("syn_retransmits_total", {}, "SYN and SYN-ACK segments sent again.",
            {"/proc/net/netstat TcpExt TCPSynRetrans", {Fact::kCounters}});
constexpr FamilyDescriptor kAborts = Counter(
    "aborts_total", {"reason"},
    "Connections given up, by reason: data (closed with SO_LINGER 0, or data came while "
    "closing), close (closed with data unread), memory (too many orphans or no memory), "
    "timeout, linger (TCP_LINGER2 below 0); failed: the reset could not be sent.",
    {"/proc/net/netstat TcpExt TCPAbortOnData, OnClose, OnMemory, OnTimeout, OnLinger, Failed",
     {Fact::kCounters}});
constexpr FamilyDescriptor kPawsRejected =
    Counter("paws_rejected_total", {"reason"},
            "Segments rejected for a wrong timestamp, by the state they met: active is SYN_SENT, "
            "established any state that has no value of its own; time_wait is known to newer "
            "kernels only, passive (a SYN that came in) to older ones only.",
            {"/proc/net/netstat TcpExt PAWSActive, PAWSEstab, PAWSTimewait, PAWSPassive",
             {Fact::kCounters}});
constexpr FamilyDescriptor kSyncookies =
    Counter("syncookies_total", {"event"},
            "SYN cookies sent, and acknowledgements that came back with a valid (received) or an "
            "invalid one (failed).",
            {"/proc/net/netstat TcpExt SyncookiesSent, SyncookiesRecv, SyncookiesFailed",
             {Fact::kCounters}});
constexpr FamilyDescriptor kRequestQueueFull =
    Counter("request_queue_full_total", {"action"},
            "SYNs that met a full queue of half-open connections, answered by a cookie or dropped.",
            {"/proc/net/netstat TcpExt TCPReqQFullDoCookies, TCPReqQFullDrop", {Fact::kCounters}});

constexpr std::array kFamilies = {
    kActiveOpens,    kPassiveOpens, kAttemptFails, kEstablishedResets, kRetransmitted,
    kSynRetransmits, kAborts,       kPawsRejected, kSyncookies,        kRequestQueueFull};

constexpr std::array kCounters = {
    CounterSeries{TcpCounter::kActiveOpens, &kActiveOpens},
    CounterSeries{TcpCounter::kPassiveOpens, &kPassiveOpens},
    CounterSeries{TcpCounter::kAttemptFails, &kAttemptFails},
    CounterSeries{TcpCounter::kEstabResets, &kEstablishedResets},
    CounterSeries{TcpCounter::kRetransSegs, &kRetransmitted},
    CounterSeries{TcpCounter::kSynRetrans, &kSynRetransmits},
    CounterSeries{TcpCounter::kAbortOnData, &kAborts, "data"},
    CounterSeries{TcpCounter::kAbortOnClose, &kAborts, "close"},
    CounterSeries{TcpCounter::kAbortOnMemory, &kAborts, "memory"},
    CounterSeries{TcpCounter::kAbortOnTimeout, &kAborts, "timeout"},
    CounterSeries{TcpCounter::kAbortOnLinger, &kAborts, "linger"},
    CounterSeries{TcpCounter::kAbortFailed, &kAborts, "failed"},
    CounterSeries{TcpCounter::kPawsActive, &kPawsRejected, "active"},
    CounterSeries{TcpCounter::kPawsEstablished, &kPawsRejected, "established"},
    CounterSeries{TcpCounter::kPawsTimeWait, &kPawsRejected, "time_wait"},
    CounterSeries{TcpCounter::kPawsPassive, &kPawsRejected, "passive"},
    CounterSeries{TcpCounter::kSyncookiesSent, &kSyncookies, "sent"},
    CounterSeries{TcpCounter::kSyncookiesReceived, &kSyncookies, "received"},
    CounterSeries{TcpCounter::kSyncookiesFailed, &kSyncookies, "failed"},
    CounterSeries{TcpCounter::kRequestQueueFullCookies, &kRequestQueueFull, "cookie"},
    CounterSeries{TcpCounter::kRequestQueueFullDrop, &kRequestQueueFull, "drop"},
};

}  // namespace

std::span<const FamilyDescriptor> NetstatCollector::Families() const { return kFamilies; }

absl::Status NetstatCollector::Describe(const Snapshot& snapshot, FamilySet& out) const {
  return AddCounters(kCounters, snapshot.own().facts, out);
}

}  // namespace tcp_lifecycle
