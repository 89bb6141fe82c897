#include "collectors/analysis/reuse.h"

namespace tcp_lifecycle {

ReuseRule::ReuseRule(const Sysctls& sysctls, bool may_reuse_fin_wait2)
    : may_reuse_fin_wait2_(may_reuse_fin_wait2) {
  const absl::StatusOr<int64_t>& reuse = sysctls[Sysctl::kTwReuse];
  const absl::StatusOr<int64_t>& timestamps = sysctls[Sysctl::kTimestamps];
  const absl::StatusOr<int64_t>& delay = sysctls[Sysctl::kTwReuseDelay];
  const bool never = (reuse.ok() && *reuse == 0) || (timestamps.ok() && *timestamps == 0);
  if (never) return;
  known_ = reuse.ok() && timestamps.ok() && (delay.ok() || absl::IsNotFound(delay.status()));
  scope_ = reuse.ok() && *reuse == 2 ? Scope::kLoopback : Scope::kAll;
  has_delay_ = known_ && delay.ok();
  if (delay.ok()) {
    delay_ms_ = static_cast<uint32_t>(std::clamp<int64_t>(*delay, 0, kTimeWaitMs));
  }
}

}  // namespace tcp_lifecycle
