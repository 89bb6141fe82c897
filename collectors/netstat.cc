#include "collectors/netstat.h"

#include "collectors/counters.h"
#include "collectors/snapshot.h"

namespace tcp_lifecycle {
namespace {

using prometheus::MetricType;

constexpr std::array<absl::string_view, 2> kReasonLabels = {"netns", "reason"};
constexpr std::array<absl::string_view, 2> kEventLabels = {"netns", "event"};
constexpr std::array<absl::string_view, 2> kActionLabels = {"netns", "action"};

constexpr FamilyDescriptor kActiveOpens = {"tcp_lifecycle_active_opens_total",
                                           MetricType::Counter,
                                           kNetnsLabel,
                                           "Connections that this host began: SYN sent.",
                                           "/proc/net/snmp Tcp ActiveOpens",
                                           ""};
constexpr FamilyDescriptor kPassiveOpens = {"tcp_lifecycle_passive_opens_total",
                                            MetricType::Counter,
                                            kNetnsLabel,
                                            "Connections that came in to a listener.",
                                            "/proc/net/snmp Tcp PassiveOpens",
                                            ""};
constexpr FamilyDescriptor kAttemptFails = {
    "tcp_lifecycle_attempt_fails_total",
    MetricType::Counter,
    kNetnsLabel,
    "Connections that ended before they were established; a connect() that finds no port does not "
    "count.",
    "/proc/net/snmp Tcp AttemptFails",
    ""};
constexpr FamilyDescriptor kEstablishedResets = {
    "tcp_lifecycle_established_resets_total",
    MetricType::Counter,
    kNetnsLabel,
    "Connections that went from ESTABLISHED or CLOSE_WAIT straight to CLOSE: reset by either end, "
    "or timed out.",
    "/proc/net/snmp Tcp EstabResets",
    ""};
constexpr FamilyDescriptor kRetransmitted = {"tcp_lifecycle_retransmitted_segments_total",
                                             MetricType::Counter,
                                             kNetnsLabel,
                                             "Segments sent again, SYN and SYN-ACK included.",
                                             "/proc/net/snmp Tcp RetransSegs",
                                             ""};
constexpr FamilyDescriptor kSynRetransmits = {"tcp_lifecycle_syn_retransmits_total",
                                              MetricType::Counter,
                                              kNetnsLabel,
                                              "SYN and SYN-ACK segments sent again.",
                                              "/proc/net/netstat TcpExt TCPSynRetrans",
                                              ""};
constexpr FamilyDescriptor kAborts = {
    "tcp_lifecycle_aborts_total",
    MetricType::Counter,
    kReasonLabels,
    "Connections given up, by reason: data (closed with SO_LINGER 0, or data came while closing), "
    "close (closed with data unread), memory (too many orphans or no memory), timeout, linger "
    "(TCP_LINGER2 below 0); failed: the reset could not be sent.",
    "/proc/net/netstat TcpExt TCPAbortOnData, OnClose, OnMemory, OnTimeout, OnLinger, Failed",
    ""};
constexpr FamilyDescriptor kPawsRejected = {
    "tcp_lifecycle_paws_rejected_total",
    MetricType::Counter,
    kReasonLabels,
    "Segments rejected for a wrong timestamp, by the state they met: active is SYN_SENT, "
    "established any state that has no value of its own; time_wait is known to newer kernels only, "
    "passive (a SYN that came in) to older ones only.",
    "/proc/net/netstat TcpExt PAWSActive, PAWSEstab, PAWSTimewait, PAWSPassive",
    ""};
constexpr FamilyDescriptor kSyncookies = {
    "tcp_lifecycle_syncookies_total",
    MetricType::Counter,
    kEventLabels,
    "SYN cookies sent, and acknowledgements that came back with a valid (received) or an invalid "
    "one (failed).",
    "/proc/net/netstat TcpExt SyncookiesSent, SyncookiesRecv, SyncookiesFailed",
    ""};
constexpr FamilyDescriptor kRequestQueueFull = {
    "tcp_lifecycle_request_queue_full_total",
    MetricType::Counter,
    kActionLabels,
    "SYNs that met a full queue of half-open connections, answered by a cookie or dropped.",
    "/proc/net/netstat TcpExt TCPReqQFullDoCookies, TCPReqQFullDrop",
    ""};

constexpr std::array kFamilies = {
    kActiveOpens,    kPassiveOpens, kAttemptFails, kEstablishedResets, kRetransmitted,
    kSynRetransmits, kAborts,       kPawsRejected, kSyncookies,        kRequestQueueFull};

constexpr std::array<CounterSeries, 21> kCounters = {{
    {TcpCounter::kActiveOpens, &kActiveOpens},
    {TcpCounter::kPassiveOpens, &kPassiveOpens},
    {TcpCounter::kAttemptFails, &kAttemptFails},
    {TcpCounter::kEstabResets, &kEstablishedResets},
    {TcpCounter::kRetransSegs, &kRetransmitted},
    {TcpCounter::kSynRetrans, &kSynRetransmits},
    {TcpCounter::kAbortOnData, &kAborts, "data"},
    {TcpCounter::kAbortOnClose, &kAborts, "close"},
    {TcpCounter::kAbortOnMemory, &kAborts, "memory"},
    {TcpCounter::kAbortOnTimeout, &kAborts, "timeout"},
    {TcpCounter::kAbortOnLinger, &kAborts, "linger"},
    {TcpCounter::kAbortFailed, &kAborts, "failed"},
    {TcpCounter::kPawsActive, &kPawsRejected, "active"},
    {TcpCounter::kPawsEstablished, &kPawsRejected, "established"},
    {TcpCounter::kPawsTimeWait, &kPawsRejected, "time_wait"},
    {TcpCounter::kPawsPassive, &kPawsRejected, "passive"},
    {TcpCounter::kSyncookiesSent, &kSyncookies, "sent"},
    {TcpCounter::kSyncookiesReceived, &kSyncookies, "received"},
    {TcpCounter::kSyncookiesFailed, &kSyncookies, "failed"},
    {TcpCounter::kRequestQueueFullCookies, &kRequestQueueFull, "cookie"},
    {TcpCounter::kRequestQueueFullDrop, &kRequestQueueFull, "drop"},
}};

}  // namespace

std::span<const FamilyDescriptor> NetstatCollector::Families() const { return kFamilies; }

absl::Status NetstatCollector::Describe(const Snapshot& snapshot, FamilySet& out) const {
  return AddCounters(kCounters, snapshot.own().facts, out);
}

}  // namespace tcp_lifecycle
