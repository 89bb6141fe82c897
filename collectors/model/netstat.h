// The kernel's own TCP counters, from /proc/net/snmp and /proc/net/netstat, by name.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

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
};
inline constexpr size_t kTcpCounterCount = 28;

struct TcpCounterName {
  absl::string_view protocol;  // Tcp (in snmp) or TcpExt (in netstat)
  absl::string_view name;
};

// The kernel's names, indexed by TcpCounter.
inline constexpr std::array<TcpCounterName, kTcpCounterCount> kTcpCounterNames = {{
    {"Tcp", "ActiveOpens"},
    {"Tcp", "PassiveOpens"},
    {"Tcp", "AttemptFails"},
    {"Tcp", "EstabResets"},
    {"Tcp", "RetransSegs"},
    {"TcpExt", "TCPSynRetrans"},
    {"TcpExt", "TW"},
    {"TcpExt", "TWRecycled"},
    {"TcpExt", "TWKilled"},
    {"TcpExt", "TCPTimeWaitOverflow"},
    {"TcpExt", "TCPKeepAlive"},
    {"TcpExt", "ListenOverflows"},
    {"TcpExt", "ListenDrops"},
    {"TcpExt", "TCPAbortOnData"},
    {"TcpExt", "TCPAbortOnClose"},
    {"TcpExt", "TCPAbortOnMemory"},
    {"TcpExt", "TCPAbortOnTimeout"},
    {"TcpExt", "TCPAbortOnLinger"},
    {"TcpExt", "TCPAbortFailed"},
    {"TcpExt", "PAWSActive"},
    {"TcpExt", "PAWSEstab"},
    {"TcpExt", "PAWSTimewait"},
    {"TcpExt", "PAWSPassive"},
    {"TcpExt", "SyncookiesSent"},
    {"TcpExt", "SyncookiesRecv"},
    {"TcpExt", "SyncookiesFailed"},
    {"TcpExt", "TCPReqQFullDoCookies"},
    {"TcpExt", "TCPReqQFullDrop"},
}};

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
