// When a new connect() may take over the port of a socket in TIME_WAIT: the kernel's rule
// (tcp_twsk_unique()) over tcp_tw_reuse, tcp_timestamps and tcp_tw_reuse_delay. Pure.
//
// A dump does not report whether the peer sent timestamps or whether the port was bound, and
// without these the kernel does not reuse: what this calls reusable is an upper bound then.
//
// A kernel without tcp_tw_reuse_delay (before 6.14) compares whole seconds of its monotonic clock:
// connect() takes over the port from the second after that of the peer's last timestamp (measured
// on 6.12: 5 to 16 ms after its beginning). A dump does not report that second; a source that
// reports which ports are blocked marks the sockets that still have to wait (kReusedNextSecond).
#pragma once

#include <algorithm>
#include <cstdint>

#include "collectors/model/ip_address.h"
#include "collectors/model/sysctl_table.h"

namespace tcp_lifecycle {

// TCP_TIMEWAIT_LEN, whatever the settings.
inline constexpr uint32_t kTimeWaitMs = 60000;

// The delay of kernels without tcp_tw_reuse_delay, and its default.
inline constexpr uint32_t kReuseDelayMs = 1000;

// Whether tcp_tw_reuse=2 takes these for loopback: by an address, or by the device that the socket
// is bound to (Socket::scope).
inline bool IsLoopback(const IpAddress& source, const IpAddress& destination, uint32_t scope) {
  constexpr uint32_t kLoopbackDevice = 1;  // LOOPBACK_IFINDEX, in every namespace
  return source.IsLoopback() || destination.IsLoopback() || scope == kLoopbackDevice;
}

class ReuseRule {
 public:
  // `may_reuse_fin_wait2`: NamespaceFacts has it.
  explicit ReuseRule(const Sysctls& sysctls, bool may_reuse_fin_wait2 = false);

  // False where a setting could not be read; the rule then allows all at once, which keeps what is
  // derived from it an upper bound.
  bool known() const { return known_; }
  // Whether it lets connections between these addresses take over a port at all.
  bool Applies(const IpAddress& source, const IpAddress& destination, uint32_t scope) const {
    return scope_ == Scope::kAll ||
           (scope_ == Scope::kLoopback && IsLoopback(source, destination, scope));
  }
  // Whether an orphaned FIN_WAIT2 may be taken over as well, where the rule applies.
  bool MayReuseFinWait2() const { return may_reuse_fin_wait2_; }
  // How long a socket must have been in TIME_WAIT, where it applies.
  uint32_t delay_ms() const { return delay_ms_; }
  // Until a socket with so much of its TIME_WAIT left lets go of its port, at most; 0: its port can
  // be taken now, or perhaps now. `next_second`: it is marked kReusedNextSecond.
  uint32_t MsUntilFree(bool applies, uint32_t remaining_ms, bool next_second = false) const {
    if (!applies) return remaining_ms;
    if (!has_delay_) return next_second ? std::min(remaining_ms, delay_ms_) : 0;
    const uint32_t age_ms = kTimeWaitMs - std::min(remaining_ms, kTimeWaitMs);
    if (age_ms > delay_ms_) return 0;
    return std::min(remaining_ms, delay_ms_ - age_ms + 1);
  }

 private:
  enum class Scope : uint8_t { kNone, kLoopback, kAll };

  bool known_ = true;
  bool may_reuse_fin_wait2_;
  Scope scope_ = Scope::kNone;
  // Without tcp_tw_reuse_delay it is from 0 to 1 s.
  uint32_t delay_ms_ = kReuseDelayMs;
  bool has_delay_ = false;  // and all other settings are known
};

}  // namespace tcp_lifecycle
