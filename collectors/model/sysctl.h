// The kernel settings that decide about TCP's lifecycle. One row here names a setting; the reader
// finds its file by `path`, the collector gives it a metric.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace tcp_lifecycle {

enum class Sysctl : uint8_t {
  kTwReuse,
  kTwReuseDelay,
  kTwRecycle,
  kTimestamps,
  kFinTimeout,
  kMaxOrphans,
  kMaxTwBuckets,
  kKeepaliveTime,
  kKeepaliveInterval,
  kKeepaliveProbes,
  kSynRetries,
  kSynAckRetries,
  kRetries1,
  kRetries2,
  kOrphanRetries,
  kMaxSynBacklog,
  kSomaxconn,
  kSyncookies,
  kAbortOnOverflow,
  kRfc1337,
  kUnprivilegedPortStart,
  kAutobindReuse,
  kPortStepWidth,
  kEhashEntries,
  kChildEhashEntries,
};
inline constexpr size_t kSysctlCount = 25;

// Paths below /proc/sys, indexed by Sysctl.
inline constexpr std::array<absl::string_view, kSysctlCount> kSysctlPaths = {
    "net/ipv4/tcp_tw_reuse",
    "net/ipv4/tcp_tw_reuse_delay",
    "net/ipv4/tcp_tw_recycle",
    "net/ipv4/tcp_timestamps",
    "net/ipv4/tcp_fin_timeout",
    "net/ipv4/tcp_max_orphans",
    "net/ipv4/tcp_max_tw_buckets",
    "net/ipv4/tcp_keepalive_time",
    "net/ipv4/tcp_keepalive_intvl",
    "net/ipv4/tcp_keepalive_probes",
    "net/ipv4/tcp_syn_retries",
    "net/ipv4/tcp_synack_retries",
    "net/ipv4/tcp_retries1",
    "net/ipv4/tcp_retries2",
    "net/ipv4/tcp_orphan_retries",
    "net/ipv4/tcp_max_syn_backlog",
    "net/core/somaxconn",
    "net/ipv4/tcp_syncookies",
    "net/ipv4/tcp_abort_on_overflow",
    "net/ipv4/tcp_rfc1337",
    "net/ipv4/ip_unprivileged_port_start",
    "net/ipv4/ip_autobind_reuse",
    "net/ipv4/ip_local_port_step_width",
    "net/ipv4/tcp_ehash_entries",
    "net/ipv4/tcp_child_ehash_entries",
};

constexpr absl::string_view Path(Sysctl sysctl) {
  return kSysctlPaths[static_cast<size_t>(sysctl)];
}

// Values as the kernel writes them (tcp_tw_reuse_delay in milliseconds, the other times in
// seconds). Each fails on its own; NotFound where the kernel has no such file, and until it is set.
class Sysctls {
 public:
  Sysctls() { values_.fill(absl::NotFoundError("not read")); }
  absl::StatusOr<int64_t>& operator[](Sysctl sysctl) {
    return values_[static_cast<size_t>(sysctl)];
  }
  const absl::StatusOr<int64_t>& operator[](Sysctl sysctl) const {
    return values_[static_cast<size_t>(sysctl)];
  }

 private:
  std::array<absl::StatusOr<int64_t>, kSysctlCount> values_;
};

}  // namespace tcp_lifecycle
