// The states a TCP socket can be in, as the Prometheus labels name them. Every source translates
// the kernel's numbers to these; every collector counts by them.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>

#include "absl/strings/string_view.h"

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
};

inline constexpr size_t kTcpStateCount = 11;

// Label values, indexed by TcpState.
inline constexpr std::array<absl::string_view, kTcpStateCount> kTcpStateNames = {
    "established", "syn_sent", "syn_recv", "fin_wait1", "fin_wait2",     "time_wait",
    "close_wait",  "last_ack", "listen",   "closing",   "bound_inactive"};

constexpr absl::string_view Name(TcpState state) {
  return kTcpStateNames[static_cast<size_t>(state)];
}

// A set of states: what a collector needs, what a source is asked for.
class TcpStateSet {
 public:
  constexpr TcpStateSet() = default;
  constexpr TcpStateSet(std::initializer_list<TcpState> states) {
    for (TcpState state : states) bits_ |= Bit(state);
  }
  static constexpr TcpStateSet All() {
    TcpStateSet all;
    all.bits_ = (1u << kTcpStateCount) - 1;
    return all;
  }

  constexpr bool Contains(TcpState state) const { return (bits_ & Bit(state)) != 0; }
  constexpr bool empty() const { return bits_ == 0; }
  constexpr TcpStateSet operator|(TcpStateSet other) const {
    other.bits_ |= bits_;
    return other;
  }
  constexpr TcpStateSet operator&(TcpStateSet other) const {
    other.bits_ &= bits_;
    return other;
  }
  constexpr TcpStateSet Without(TcpState state) const {
    TcpStateSet rest = *this;
    rest.bits_ &= ~Bit(state);
    return rest;
  }
  constexpr bool operator==(const TcpStateSet&) const = default;

 private:
  static constexpr uint32_t Bit(TcpState state) { return 1u << static_cast<uint32_t>(state); }
  uint32_t bits_ = 0;
};

}  // namespace tcp_lifecycle
