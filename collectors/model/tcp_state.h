// The states a TCP socket can be in, as the Prometheus labels name them. Every source translates
// the kernel's numbers to these; every collector counts by them.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "absl/strings/string_view.h"
#include "collectors/base/enum_rows.h"
#include "collectors/base/enum_set.h"

namespace tcp_lifecycle {

enum class TcpState : uint8_t {
  kEstablished,
  kSynSent,
  kSynRecv,  // also the kernel's NEW_SYN_RECV request sockets
  kFinWait1,
  kFinWait2,  // full sockets and the minisockets of orphans; the latter run Timer::kFinWait2
  kTimeWait,  // real TIME_WAIT only
  kCloseWait,
  kLastAck,
  kListen,
  kClosing,
  kBoundInactive,  // bound to a port, neither connected nor listening (Linux 6.8+ tells)
  kEnd,
};

inline constexpr auto kTcpStateCount = kCountOf<TcpState>;

// Label values, indexed by TcpState.
inline constexpr std::array<absl::string_view, kTcpStateCount> kTcpStateNames = {
    "established", "syn_sent", "syn_recv", "fin_wait1", "fin_wait2",     "time_wait",
    "close_wait",  "last_ack", "listen",   "closing",   "bound_inactive"};
static_assert(AreNamed(kTcpStateNames));

constexpr absl::string_view Name(TcpState state) {
  return kTcpStateNames[static_cast<size_t>(state)];
}

// What a collector needs, what a source is asked for.
using TcpStateSet = EnumSet<TcpState>;

}  // namespace tcp_lifecycle
