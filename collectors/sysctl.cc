#include "collectors/sysctl.h"

#include "collectors/snapshot.h"

namespace tcp_lifecycle {
namespace {

struct Row {
  Sysctl sysctl;
  absl::string_view name;
  absl::string_view help;
  absl::string_view since = "";
  double per_unit = 1;  // the kernel's steps in one unit of the metric
};

// kMaxTwBuckets is not here: time_wait has it, as time_wait_buckets_limit.
constexpr std::array<Row, kSysctlCount - 1> kRows = {{
    {Sysctl::kTwReuse, "tcp_lifecycle_sysctl_tw_reuse",
     "Whether connect() may take over the port of a TIME_WAIT socket: 0 never, 1 yes, 2 between "
     "loopback addresses only; needs timestamps."},
    {Sysctl::kTwReuseDelay, "tcp_lifecycle_sysctl_tw_reuse_delay_seconds",
     "Age in seconds that a TIME_WAIT socket must have before tw_reuse takes it.", "6.14", 1000},
    {Sysctl::kTwRecycle, "tcp_lifecycle_sysctl_tw_recycle",
     "1: early end of TIME_WAIT, which loses connections from behind NAT.", "removed in 4.12"},
    {Sysctl::kTimestamps, "tcp_lifecycle_sysctl_timestamps",
     "TCP timestamps: 0 off, 1 with a random offset, 2 without."},
    {Sysctl::kFinTimeout, "tcp_lifecycle_sysctl_fin_timeout_seconds",
     "Seconds that an orphan may wait in FIN_WAIT2; TIME_WAIT lasts 60 seconds whatever it says."},
    {Sysctl::kMaxOrphans, "tcp_lifecycle_sysctl_max_orphans",
     "Limit of sockets that no process holds; above it they are reset."},
    {Sysctl::kKeepaliveTime, "tcp_lifecycle_sysctl_keepalive_time_seconds",
     "Idle seconds before the first keepalive probe of a socket that sets none of its own."},
    {Sysctl::kKeepaliveInterval, "tcp_lifecycle_sysctl_keepalive_interval_seconds",
     "Seconds between unanswered keepalive probes."},
    {Sysctl::kKeepaliveProbes, "tcp_lifecycle_sysctl_keepalive_probes",
     "Unanswered keepalive probes after which a connection is aborted."},
    {Sysctl::kSynRetries, "tcp_lifecycle_sysctl_syn_retries",
     "Retransmissions of a SYN before connect() gives up."},
    {Sysctl::kSynAckRetries, "tcp_lifecycle_sysctl_synack_retries",
     "Retransmissions of a SYN-ACK before a half-open connection is dropped."},
    {Sysctl::kRetries1, "tcp_lifecycle_sysctl_retries1",
     "Retransmissions before the route is checked."},
    {Sysctl::kRetries2, "tcp_lifecycle_sysctl_retries2",
     "Retransmissions before an established connection is aborted."},
    {Sysctl::kOrphanRetries, "tcp_lifecycle_sysctl_orphan_retries",
     "Retransmissions before a connection that this host has closed is given up; 0 means 8."},
    {Sysctl::kMaxSynBacklog, "tcp_lifecycle_sysctl_max_syn_backlog",
     "Half-open connections that a listener remembers without SYN cookies."},
    {Sysctl::kSomaxconn, "tcp_lifecycle_sysctl_somaxconn",
     "Upper limit of every listener's accept queue in connections."},
    {Sysctl::kSyncookies, "tcp_lifecycle_sysctl_syncookies",
     "SYN cookies: 0 off, 1 when the queue of half-open connections is full, 2 always."},
    {Sysctl::kAbortOnOverflow, "tcp_lifecycle_sysctl_abort_on_overflow",
     "1: a full accept queue answers with a reset instead of silence."},
    {Sysctl::kRfc1337, "tcp_lifecycle_sysctl_rfc1337", "1: a reset does not end TIME_WAIT."},
    {Sysctl::kUnprivilegedPortStart, "tcp_lifecycle_sysctl_ip_unprivileged_port_start",
     "Lowest port that a program without privileges may bind.", "4.11"},
    {Sysctl::kAutobindReuse, "tcp_lifecycle_sysctl_ip_autobind_reuse",
     "1: bind() to port 0 with SO_REUSEADDR may share a port when all are in use.", "5.7"},
    {Sysctl::kPortStepWidth, "tcp_lifecycle_sysctl_ip_local_port_step_width",
     "Above 0, connect() searches the port range at random steps up to this width; the ports that "
     "it can use are the same.",
     "7.1"},
    {Sysctl::kEhashEntries, "tcp_lifecycle_sysctl_ehash_entries",
     "Buckets of the table of TCP connections; negative where the namespace shares the table of "
     "another.",
     "6.1"},
    {Sysctl::kChildEhashEntries, "tcp_lifecycle_sysctl_child_ehash_entries",
     "Size of the separate connection table that a new child network namespace gets; 0: it shares "
     "this one's.",
     "6.1"},
}};

constexpr auto kFamilies = [] {
  std::array<FamilyDescriptor, kRows.size()> families = {};
  for (size_t i = 0; i < kRows.size(); ++i) {
    const Row& row = kRows[i];
    families[i] = {row.name, prometheus::MetricType::Gauge, kNetnsLabel, row.help, Path(row.sysctl),
                   row.since};
  }
  return families;
}();

// The page shows another namespace's setting only where it differs. One that shares a table of
// connections has its size as a negative number.
bool Same(Sysctl sysctl, int64_t own, int64_t other) {
  return own == other || (sysctl == Sysctl::kEhashEntries && own == -other);
}

}  // namespace

std::span<const FamilyDescriptor> SysctlCollector::Families() const { return kFamilies; }

absl::Status SysctlCollector::Describe(const Snapshot& snapshot, FamilySet& out) const {
  absl::Status status;
  for (size_t i = 0; i < kRows.size(); ++i) {
    const absl::StatusOr<int64_t>& own = snapshot.own().facts.sysctls[kRows[i].sysctl];
    for (const NamespaceSnapshot& ns : snapshot.namespaces) {
      const absl::StatusOr<int64_t>& value = ns.facts.sysctls[kRows[i].sysctl];
      if (!value.ok() ||
          (ns.facts.netns.foreign && own.ok() && Same(kRows[i].sysctl, *own, *value))) {
        continue;
      }
      out.Add(kFamilies[i], {ns.facts.netns.name}, static_cast<double>(*value) / kRows[i].per_unit);
    }
    if (!absl::IsNotFound(own.status())) status.Update(own.status());
  }
  return status;
}

}  // namespace tcp_lifecycle
