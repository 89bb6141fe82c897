#include <gtest/gtest.h>

#include "tests/unit/collectors/findings/healthy.h"

namespace tcp_lifecycle {
namespace {

TEST(SynSentPilingUpTest, RaisedByTenThatHadToAskAgain) {
  NamespaceSnapshot ns = MakeHealthy();
  DestinationReport& destination = AddDestination(*ns.reports.Get<PortsReport>(), "10.0.0.2", 12);
  destination.syn_sent = 12;
  destination.syn_sent_retransmitting = 10;
  EXPECT_THAT(Check("syn_sent_piling_up", ns),
              Raised("10.0.0.1 -> 10.0.0.2:80 leaves SYNs without an answer: 10 of 12 sockets in "
                     "SYN_SENT had to ask again."));
}

TEST(SynSentPilingUpTest, ClearedWhereTheFirstSynIsOnItsWay) {
  NamespaceSnapshot ns = MakeHealthy();
  DestinationReport& destination = AddDestination(*ns.reports.Get<PortsReport>(), "10.0.0.2", 500);
  destination.syn_sent = 500;
  destination.syn_sent_retransmitting = 9;
  EXPECT_THAT(Check("syn_sent_piling_up", ns), Fine());
}

TEST(CloseWaitLeakTest, RaisedByTenAndTheWorstIsNamed) {
  NamespaceSnapshot ns = MakeHealthy();
  PortsReport& report = *ns.reports.Get<PortsReport>();
  AddDestination(report, "10.0.0.2", 10).close_wait = 10;
  AddDestination(report, "10.0.0.3", 70).close_wait = 70;
  EXPECT_THAT(Check("close_wait_leak", ns),
              Raised("10.0.0.1 -> 10.0.0.3:80 has 70 sockets in CLOSE_WAIT: the peer has closed, "
                     "the program here has not. Likewise at least 1 other destination."));
}

TEST(CloseWaitLeakTest, ClearedByNine) {
  NamespaceSnapshot ns = MakeHealthy();
  AddDestination(*ns.reports.Get<PortsReport>(), "10.0.0.2", 9).close_wait = 9;
  EXPECT_THAT(Check("close_wait_leak", ns), Fine());
}

TEST(CloseWaitLeakTest, NotCheckableWithoutThePortsCollector) {
  NamespaceSnapshot ns = MakeHealthy();
  ns.reports.Remove<PortsReport>();
  EXPECT_THAT(Check("syn_sent_piling_up", ns), NotCheckable());
  EXPECT_THAT(Check("close_wait_leak", ns), NotCheckable());
}

}  // namespace
}  // namespace tcp_lifecycle
