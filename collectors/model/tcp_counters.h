// The kernel's own TCP counters, from /proc/net/snmp and /proc/net/netstat, by name.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "collectors/base/enum_rows.h"

namespace tcp_lifecycle {

enum class TcpCounter : uint8_t {
  kActiveOpens,
  kPassiveOpens,
  kAttemptFails,
  kEstabResets,
  kRetransSegs,
  kSynRetrans,
  kTimeWaitCounted,
  kTimeWaitReused,
  kTimeWaitKilled,
  kTimeWaitOverflow,
  kKeepAliveProbes,
  kListenOverflows,
  kListenDrops,
  kAbortOnData,
  kAbortOnClose,
  kAbortOnMemory,
  kAbortOnTimeout,
  kAbortOnLinger,
  kAbortFailed,
  kPawsActive,
  kPawsEstablished,
  kPawsTimeWait,
  kPawsPassive,
  kSyncookiesSent,
  kSyncookiesReceived,
  kSyncookiesFailed,
  kRequestQueueFullCookies,
  kRequestQueueFullDrop,
  kEnd,
};
inline constexpr auto kTcpCounterCount = static_cast<size_t>(TcpCounter::kEnd);

struct TcpCounterRow {
  TcpCounter id;
  absl::string_view protocol;  // Tcp (in snmp) or TcpExt (in netstat)
  absl::string_view name;      // the kernel's
  absl::string_view meaning;   // of what it counts, in a few words
};

inline constexpr std::array kTcpCounterTable = {
    TcpCounterRow{TcpCounter::kActiveOpens, "Tcp", "ActiveOpens", "connections opened from here"},
    TcpCounterRow{TcpCounter::kPassiveOpens, "Tcp", "PassiveOpens", "connections accepted here"},
    TcpCounterRow{TcpCounter::kAttemptFails, "Tcp", "AttemptFails",
                  "attempts to connect that failed"},
    TcpCounterRow{TcpCounter::kEstabResets, "Tcp", "EstabResets", "connections reset"},
    TcpCounterRow{TcpCounter::kRetransSegs, "Tcp", "RetransSegs", "segments sent again"},
    TcpCounterRow{TcpCounter::kSynRetrans, "TcpExt", "TCPSynRetrans", "SYNs sent again"},
    TcpCounterRow{TcpCounter::kTimeWaitCounted, "TcpExt", "TW", "sockets counted into TIME_WAIT"},
    TcpCounterRow{TcpCounter::kTimeWaitReused, "TcpExt", "TWRecycled",
                  "TIME_WAIT ports taken over by connect()"},
    TcpCounterRow{TcpCounter::kTimeWaitKilled, "TcpExt", "TWKilled",
                  "TIME_WAIT of a few seconds only"},
    TcpCounterRow{TcpCounter::kTimeWaitOverflow, "TcpExt", "TCPTimeWaitOverflow",
                  "TIME_WAIT refused: tcp_max_tw_buckets is reached"},
    TcpCounterRow{TcpCounter::kKeepAliveProbes, "TcpExt", "TCPKeepAlive", "keepalive probes sent"},
    TcpCounterRow{TcpCounter::kListenOverflows, "TcpExt", "ListenOverflows",
                  "handshake segments dropped: the accept queue was full"},
    TcpCounterRow{TcpCounter::kListenDrops, "TcpExt", "ListenDrops",
                  "handshake segments dropped by listeners, for any reason"},
    TcpCounterRow{TcpCounter::kAbortOnData, "TcpExt", "TCPAbortOnData",
                  "connections aborted: data came after the close"},
    TcpCounterRow{TcpCounter::kAbortOnClose, "TcpExt", "TCPAbortOnClose",
                  "connections aborted: closed with data unread"},
    TcpCounterRow{TcpCounter::kAbortOnMemory, "TcpExt", "TCPAbortOnMemory",
                  "connections aborted: out of socket memory"},
    TcpCounterRow{TcpCounter::kAbortOnTimeout, "TcpExt", "TCPAbortOnTimeout",
                  "connections aborted: the peer did not answer"},
    TcpCounterRow{TcpCounter::kAbortOnLinger, "TcpExt", "TCPAbortOnLinger",
                  "connections aborted: the peer did not close in time"},
    TcpCounterRow{TcpCounter::kAbortFailed, "TcpExt", "TCPAbortFailed",
                  "aborts of which the peer was not told"},
    TcpCounterRow{TcpCounter::kPawsActive, "TcpExt", "PAWSActive",
                  "SYN-ACKs rejected by PAWS, for an old timestamp"},
    TcpCounterRow{TcpCounter::kPawsEstablished, "TcpExt", "PAWSEstab",
                  "segments rejected by PAWS, for an old timestamp"},
    TcpCounterRow{TcpCounter::kPawsTimeWait, "TcpExt", "PAWSTimewait",
                  "SYNs to a TIME_WAIT rejected by PAWS"},
    TcpCounterRow{TcpCounter::kPawsPassive, "TcpExt", "PAWSPassive",
                  "SYNs rejected by PAWS: tcp_tw_recycle"},
    TcpCounterRow{TcpCounter::kSyncookiesSent, "TcpExt", "SyncookiesSent", "SYN cookies sent"},
    TcpCounterRow{TcpCounter::kSyncookiesReceived, "TcpExt", "SyncookiesRecv",
                  "SYN cookies that came back"},
    TcpCounterRow{TcpCounter::kSyncookiesFailed, "TcpExt", "SyncookiesFailed",
                  "SYN cookies that were wrong"},
    TcpCounterRow{TcpCounter::kRequestQueueFullCookies, "TcpExt", "TCPReqQFullDoCookies",
                  "SYNs answered with a cookie: the SYN queue is full"},
    TcpCounterRow{TcpCounter::kRequestQueueFullDrop, "TcpExt", "TCPReqQFullDrop",
                  "SYNs dropped: the SYN queue is full"},
};
static_assert(IsTableOf(kTcpCounterTable));

// nullopt where the kernel has no such counter, or where its file could not be read.
class TcpCounters {
 public:
  // OK, or why counters are missing that the kernel has.
  absl::Status status;

  std::optional<uint64_t>& operator[](TcpCounter counter) {
    return values_[static_cast<size_t>(counter)];
  }
  const std::optional<uint64_t>& operator[](TcpCounter counter) const {
    return values_[static_cast<size_t>(counter)];
  }

 private:
  std::array<std::optional<uint64_t>, kTcpCounterCount> values_;
};

}  // namespace tcp_lifecycle
