// The kernel settings that decide about TCP's lifecycle, a row each: its file and its metric.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "collectors/base/enum_rows.h"

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
  kEnd,
};
inline constexpr auto kSysctlCount = static_cast<size_t>(Sysctl::kEnd);

struct SysctlRow {
  Sysctl id;
  absl::string_view path;    // below /proc/sys
  absl::string_view metric;  // without the prefix; empty where another collector exports it
  absl::string_view help;
  absl::string_view since = "";  // the first Linux that has it, empty for all supported
  double per_unit = 1;           // the kernel's steps in one unit of the metric
};

inline constexpr std::array kSysctlTable = {
    SysctlRow{
        Sysctl::kTwReuse, "net/ipv4/tcp_tw_reuse", "sysctl_tw_reuse",
        "Whether connect() may take over the port of a TIME_WAIT socket: 0 never, 1 yes, 2 between "
        "loopback addresses only; needs timestamps."},
    SysctlRow{Sysctl::kTwReuseDelay, "net/ipv4/tcp_tw_reuse_delay", "sysctl_tw_reuse_delay_seconds",
              "Age in seconds that a TIME_WAIT socket must have before tw_reuse takes it.", "6.14",
              1000},
    SysctlRow{Sysctl::kTwRecycle, "net/ipv4/tcp_tw_recycle", "sysctl_tw_recycle",
              "1: early end of TIME_WAIT, which loses connections from behind NAT.",
              "removed in 4.12"},
    SysctlRow{Sysctl::kTimestamps, "net/ipv4/tcp_timestamps", "sysctl_timestamps",
              "TCP timestamps: 0 off, 1 with a random offset, 2 without."},
    SysctlRow{Sysctl::kFinTimeout, "net/ipv4/tcp_fin_timeout", "sysctl_fin_timeout_seconds",
              "Seconds that an orphan may wait in FIN_WAIT2; TIME_WAIT lasts 60 seconds whatever "
              "it says."},
    SysctlRow{Sysctl::kMaxOrphans, "net/ipv4/tcp_max_orphans", "sysctl_max_orphans",
              "Limit of sockets that no process holds; above it they are reset."},
    // As time_wait_buckets_limit, beside the buckets.
    SysctlRow{Sysctl::kMaxTwBuckets, "net/ipv4/tcp_max_tw_buckets", "", ""},
    SysctlRow{
        Sysctl::kKeepaliveTime, "net/ipv4/tcp_keepalive_time", "sysctl_keepalive_time_seconds",
        "Idle seconds before the first keepalive probe of a socket that sets none of its own."},
    SysctlRow{Sysctl::kKeepaliveInterval, "net/ipv4/tcp_keepalive_intvl",
              "sysctl_keepalive_interval_seconds", "Seconds between unanswered keepalive probes."},
    SysctlRow{Sysctl::kKeepaliveProbes, "net/ipv4/tcp_keepalive_probes", "sysctl_keepalive_probes",
              "Unanswered keepalive probes after which a connection is aborted."},
    SysctlRow{Sysctl::kSynRetries, "net/ipv4/tcp_syn_retries", "sysctl_syn_retries",
              "Retransmissions of a SYN before connect() gives up."},
    SysctlRow{Sysctl::kSynAckRetries, "net/ipv4/tcp_synack_retries", "sysctl_synack_retries",
              "Retransmissions of a SYN-ACK before a half-open connection is dropped."},
    SysctlRow{Sysctl::kRetries1, "net/ipv4/tcp_retries1", "sysctl_retries1",
              "Retransmissions before the route is checked."},
    SysctlRow{Sysctl::kRetries2, "net/ipv4/tcp_retries2", "sysctl_retries2",
              "Retransmissions before an established connection is aborted."},
    SysctlRow{
        Sysctl::kOrphanRetries, "net/ipv4/tcp_orphan_retries", "sysctl_orphan_retries",
        "Retransmissions before a connection that this host has closed is given up; 0 means 8."},
    SysctlRow{Sysctl::kMaxSynBacklog, "net/ipv4/tcp_max_syn_backlog", "sysctl_max_syn_backlog",
              "Half-open connections that a listener remembers without SYN cookies."},
    SysctlRow{Sysctl::kSomaxconn, "net/core/somaxconn", "sysctl_somaxconn",
              "Upper limit of every listener's accept queue in connections."},
    SysctlRow{Sysctl::kSyncookies, "net/ipv4/tcp_syncookies", "sysctl_syncookies",
              "SYN cookies: 0 off, 1 when the queue of half-open connections is full, 2 always."},
    SysctlRow{Sysctl::kAbortOnOverflow, "net/ipv4/tcp_abort_on_overflow",
              "sysctl_abort_on_overflow",
              "1: a full accept queue answers with a reset instead of silence."},
    SysctlRow{Sysctl::kRfc1337, "net/ipv4/tcp_rfc1337", "sysctl_rfc1337",
              "1: a reset does not end TIME_WAIT."},
    SysctlRow{Sysctl::kUnprivilegedPortStart, "net/ipv4/ip_unprivileged_port_start",
              "sysctl_ip_unprivileged_port_start",
              "Lowest port that a program without privileges may bind.", "4.11"},
    SysctlRow{Sysctl::kAutobindReuse, "net/ipv4/ip_autobind_reuse", "sysctl_ip_autobind_reuse",
              "1: bind() to port 0 with SO_REUSEADDR may share a port when all are in use.", "5.7"},
    SysctlRow{Sysctl::kPortStepWidth, "net/ipv4/ip_local_port_step_width",
              "sysctl_ip_local_port_step_width",
              "Above 0, connect() searches the port range at random steps up to this width; the "
              "ports that it can use are the same.",
              "7.1"},
    SysctlRow{
        Sysctl::kEhashEntries, "net/ipv4/tcp_ehash_entries", "sysctl_ehash_entries",
        "Buckets of the table of TCP connections; negative where the namespace shares the table of "
        "another.",
        "6.1"},
    SysctlRow{Sysctl::kChildEhashEntries, "net/ipv4/tcp_child_ehash_entries",
              "sysctl_child_ehash_entries",
              "Size of the separate connection table that a new child network namespace gets; 0: "
              "it shares this one's.",
              "6.1"},
};
static_assert(IsTableOf(kSysctlTable));

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
