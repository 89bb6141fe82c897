// The checks behind the table in rule.cc, by what they are about.
#pragma once

#include "collectors/findings/rule.h"

namespace tcp_lifecycle {

// destination_rules.cc: ports towards a destination
Verdict CheckNoPortOpen(const RuleInput& input);
Verdict CheckDestinationExhausted(const RuleInput& input);
Verdict CheckDestinationNearlyFull(const RuleInput& input);
Verdict CheckDestinationHalfFull(const RuleInput& input);
Verdict CheckHeadingForExhaustion(const RuleInput& input);

// reuse_rules.cc: settings that decide about TIME_WAIT
Verdict CheckTwReuseWithoutTimestamps(const RuleInput& input);
Verdict CheckTwReuseLoopbackOnly(const RuleInput& input);
Verdict CheckTimestampsOff(const RuleInput& input);
Verdict CheckTwRecycle(const RuleInput& input);

// range_rules.cc: the port range
Verdict CheckPortRangeTooSmall(const RuleInput& input);
Verdict CheckOwnPortRangeFull(const RuleInput& input);
Verdict CheckPortRangeOdd(const RuleInput& input);
Verdict CheckPortRangeSingleParity(const RuleInput& input);
Verdict CheckReservedPortsEatRange(const RuleInput& input);
Verdict CheckServicePortsInRange(const RuleInput& input);

// bind_rules.cc: what bind() draws ports from
Verdict CheckBindPoolNearlyEmpty(const RuleInput& input);

// peer_rules.cc: connections that hang at one end
Verdict CheckSynSentPilingUp(const RuleInput& input);
Verdict CheckCloseWaitLeak(const RuleInput& input);

// listen_rules.cc: listeners
Verdict CheckListenerInPortRange(const RuleInput& input);
Verdict CheckAcceptQueueFull(const RuleInput& input);
Verdict CheckBacklogAboveSomaxconn(const RuleInput& input);

// overload_rules.cc: what happens when their queues are full
Verdict CheckSyncookiesOff(const RuleInput& input);
Verdict CheckAbortOnOverflow(const RuleInput& input);

// limit_rules.cc: the kernel's limits of sockets and memory
Verdict CheckTimeWaitBucketsFull(const RuleInput& input);
Verdict CheckTimeWaitBucketsNearLimit(const RuleInput& input);
Verdict CheckOrphansNearLimit(const RuleInput& input);
Verdict CheckSocketMemoryNearLimit(const RuleInput& input);

// keepalive_rules.cc: idle connections, and peers that are gone
Verdict CheckPeersNotAnswering(const RuleInput& input);
Verdict CheckKeepaliveTimeTooLong(const RuleInput& input);
Verdict CheckIdleWithoutKeepalive(const RuleInput& input);

}  // namespace tcp_lifecycle
