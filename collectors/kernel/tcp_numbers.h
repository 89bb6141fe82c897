// The kernel's numbers for the states and timers of a socket, which inet_diag and /proc/net/tcp
// share, and what they mean. Every source translates them here.
#pragma once

#include <cstdint>
#include <optional>

#include "collectors/model/socket.h"
#include "collectors/model/tcp_state.h"

namespace tcp_lifecycle {

// include/net/tcp_states.h. A dump calls request sockets SYN_RECV (3) and bound-inactive ones CLOSE
// (7); 12 and 13 are the same states by the names they have inside.
constexpr std::optional<TcpState> StateOf(uint8_t number) {
  switch (number) {
    case 1:
      return TcpState::kEstablished;
    case 2:
      return TcpState::kSynSent;
    case 3:
    case 12:
      return TcpState::kSynRecv;
    case 4:
      return TcpState::kFinWait1;
    case 5:
      return TcpState::kFinWait2;
    case 6:
      return TcpState::kTimeWait;
    case 7:
    case 13:
      return TcpState::kBoundInactive;
    case 8:
      return TcpState::kCloseWait;
    case 9:
      return TcpState::kLastAck;
    case 10:
      return TcpState::kListen;
    case 11:
      return TcpState::kClosing;
    default:
      return std::nullopt;
  }
}

// inet_diag's idiag_timer. 2 is keepalive and an orphan's wait in FIN_WAIT2, which no program owns
// any more; 3 is that of both kinds of minisocket.
constexpr std::optional<Timer> TimerOf(uint8_t number, TcpState state, uint64_t inode) {
  const bool fin_wait2 = state == TcpState::kFinWait2;
  switch (number) {
    case 0:
      return Timer::kNone;
    case 1:
      return Timer::kRetransmit;
    case 2:
      return fin_wait2 && inode == 0 ? Timer::kFinWait2 : Timer::kKeepalive;
    case 3:
      return fin_wait2 ? Timer::kFinWait2 : Timer::kTimeWait;
    case 4:
      return Timer::kZeroWindow;
    default:
      return std::nullopt;
  }
}

// A connection gets its inode when the program accepts it.
constexpr bool IsUnaccepted(TcpState state, uint64_t inode) {
  return inode == 0 && (state == TcpState::kEstablished || state == TcpState::kCloseWait);
}

}  // namespace tcp_lifecycle
