#include "collectors/findings/rule.h"

#include "collectors/findings/rules.h"

namespace tcp_lifecycle {
namespace {

using enum Severity;

// For every want of ports, in order of merit.
constexpr absl::string_view kNeedFewerPorts =
    "Reuse connections: a pool, upstream keepalive. Then let the peer close first, set "
    "tcp_tw_reuse=1 with tcp_timestamps=1 (no help for bind() or peers without timestamps), widen "
    "ip_local_port_range, add source addresses.";

constexpr std::array kRules = {
    Rule{
        {"no_port_open", kCritical,
         "Restart programs that hold ports they do not need. Leave out bind() before connect(), or "
         "set IP_BIND_ADDRESS_NO_PORT before it; widen ip_local_port_range, move servers out of "
         "it, reserve fewer ports."},
        CheckNoPortOpen},
    Rule{{"destination_exhausted", kCritical, kNeedFewerPorts}, CheckDestinationExhausted},
    Rule{{"destination_nearly_full", kWarning, kNeedFewerPorts}, CheckDestinationNearlyFull},
    Rule{{"destination_half_full", kInfo, kNeedFewerPorts}, CheckDestinationHalfFull},
    Rule{{"heading_for_exhaustion", kWarning, kNeedFewerPorts}, CheckHeadingForExhaustion},
    Rule{{"port_range_too_small", kWarning, kNeedFewerPorts}, CheckPortRangeTooSmall},
    Rule{{"own_port_range_full", kWarning,
          "Widen the range that the program sets with IP_LOCAL_PORT_RANGE, or give it one more "
          "source address; reuse connections."},
         CheckOwnPortRangeFull},
    Rule{{"bind_pool_nearly_empty", kWarning,
          "Leave bind() out, or set IP_BIND_ADDRESS_NO_PORT before it: connect() then chooses the "
          "port, once for each destination. Else reuse connections, add source addresses. "
          "tcp_tw_reuse and SO_REUSEADDR do not help."},
         CheckBindPoolNearlyEmpty},
    Rule{{"tw_reuse_loopback_only", kWarning, kNeedFewerPorts}, CheckTwReuseLoopbackOnly},
    Rule{{"tw_reuse_without_timestamps", kWarning,
          "Set net.ipv4.tcp_timestamps=1: without timestamps tcp_tw_reuse does nothing."},
         CheckTwReuseWithoutTimestamps},
    Rule{{"timestamps_off", kWarning, "Set net.ipv4.tcp_timestamps=1, the default."},
         CheckTimestampsOff},
    Rule{{"tw_recycle", kCritical,
          "Set net.ipv4.tcp_tw_recycle=0. Where ports are short, tcp_tw_reuse=1 is the safe way."},
         CheckTwRecycle},
    Rule{{"port_range_odd", kInfo,
          "Give ip_local_port_range ends of different parity, as 32768 60999 has."},
         CheckPortRangeOdd},
    Rule{{"port_range_single_parity", kInfo,
          "Widen ip_local_port_range, or reserve ports of both parities alike."},
         CheckPortRangeSingleParity},
    Rule{
        {"reserved_ports_eat_range", kWarning,
         "Reserve only ports that something listens on or binds; move the range away from them, or "
         "widen ip_local_port_range."},
        CheckReservedPortsEatRange},
    Rule{{"listener_in_port_range", kWarning,
          "Move the listener to a port outside the range; else reserve its port, so that no "
          "outgoing connection takes it while the service restarts."},
         CheckListenerInPortRange},
    Rule{{"service_ports_in_range", kWarning,
          "Add the service ports to net.ipv4.ip_local_reserved_ports, or move the range away from "
          "them."},
         CheckServicePortsInRange},
    Rule{{"time_wait_buckets_full", kCritical,
          "Reuse connections, so that fewer are closed here; then raise "
          "net.ipv4.tcp_max_tw_buckets."},
         CheckTimeWaitBucketsFull},
    Rule{{"time_wait_buckets_near_limit", kWarning,
          "Reuse connections, so that fewer are closed here; then raise "
          "net.ipv4.tcp_max_tw_buckets."},
         CheckTimeWaitBucketsNearLimit},
    Rule{{"syn_sent_piling_up", kWarning,
          "Local ports are not the cause. Connect to it from another host. If that works: a filter "
          "or a full SNAT pool on the way (reuse connections, add addresses to the pool). If not: "
          "the peer is down, or its accept queue full."},
         CheckSynSentPilingUp},
    Rule{{"close_wait_leak", kWarning,
          "Restart the program, which closes them for now; make it close its end when read() "
          "returns 0. Keepalive and tcp_fin_timeout do not close it."},
         CheckCloseWaitLeak},
    Rule{{"peers_not_answering", kWarning,
          "Open a new connection to such a peer. No answer: bring it, or the way to it, back. An "
          "answer: a NAT or firewall on the way forgot the old ones: restart the program here, and "
          "let it probe earlier."},
         CheckPeersNotAnswering},
    Rule{
        {"keepalive_time_too_long", kInfo,
         "Set TCP_KEEPIDLE in the program, or net.ipv4.tcp_keepalive_time below the idle time-out; "
         "either works only on sockets with SO_KEEPALIVE."},
        CheckKeepaliveTimeTooLong},
    Rule{{"idle_without_keepalive", kWarning,
          "Set SO_KEEPALIVE in the program (keepalive options of servers and pools), or let it "
          "close idle connections itself; no sysctl turns it on."},
         CheckIdleWithoutKeepalive},
    Rule{{"accept_queue_full", kCritical,
          "If the program hangs, restart it. Make it accept faster (more workers, no blocking work "
          "in the accept loop); then raise its listen() backlog, and net.core.somaxconn above it."},
         CheckAcceptQueueFull},
    Rule{{"backlog_above_somaxconn", kInfo,
          "Raise net.core.somaxconn (4096 is the default since Linux 5.4) and restart the program: "
          "the limit is applied by listen()."},
         CheckBacklogAboveSomaxconn},
    Rule{{"syncookies_off", kWarning, "Set net.ipv4.tcp_syncookies=1, the default."},
         CheckSyncookiesOff},
    Rule{
        {"abort_on_overflow", kWarning,
         "Set net.ipv4.tcp_abort_on_overflow=0, the default, and see to the accept queue instead."},
        CheckAbortOnOverflow},
    Rule{{"orphans_near_limit", kWarning,
          "Find what closes connections whose peers have gone silent; then lower "
          "net.ipv4.tcp_orphan_retries, or raise tcp_max_orphans."},
         CheckOrphansNearLimit},
    Rule{{"socket_memory_near_limit", kWarning,
          "Find the sockets with large queues (ss -tnm) and why they are not read; then lower the "
          "maxima of tcp_rmem and tcp_wmem, or raise tcp_mem."},
         CheckSocketMemoryNearLimit},
};

}  // namespace

std::span<const Rule> AllRules() { return kRules; }

std::vector<Finding> CheckAll(const RuleInput& input) {
  std::vector<Finding> findings;
  findings.reserve(kRules.size());
  for (const Rule& rule : kRules) findings.push_back({&rule, rule.check(input)});
  return findings;
}

}  // namespace tcp_lifecycle
