#include <gtest/gtest.h>

#include "tests/unit/collectors/findings/healthy.h"

namespace tcp_lifecycle {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

TEST(SynSentPilingUpTest, RaisedByTenThatHadToAskAgain) {
  NamespaceSnapshot ns = MakeHealthy();
  DestinationReport& destination = AddDestination(*ns.reports.Get<PortsReport>(), "10.0.0.2", 12);
  destination.syn_sent = 12;
  destination.syn_sent_retransmitting = 10;
  EXPECT_THAT(Check("syn_sent_piling_up", ns),
              Raised("10.0.0.1 -> 10.0.0.2:80 leaves SYNs unanswered: 10 of 12 sockets in "
                     "SYN_SENT have sent theirs again."));
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

TEST(CloseWaitLeakTest, RaisedByAHundredAcceptedOnesOfAServer) {
  NamespaceSnapshot ns = MakeHealthy();
  ns.reports.Get<ListenReport>()->unclosed = {{8080, 100}, {9090, 7}};
  EXPECT_THAT(Check("close_wait_leak", ns),
              Raised("The server on port 8080 has 100 accepted connections in CLOSE_WAIT: their "
                     "peers have closed, it has not."));
  ns.reports.Get<ListenReport>()->unclosed = {{8080, 99}};
  EXPECT_THAT(Check("close_wait_leak", ns), Fine());
}

TEST(CloseWaitLeakTest, NamesADestinationAndAServer) {
  NamespaceSnapshot ns = MakeHealthy();
  AddDestination(*ns.reports.Get<PortsReport>(), "10.0.0.2", 10).close_wait = 10;
  ns.reports.Get<ListenReport>()->unclosed = {{8080, 100}};
  EXPECT_THAT(Check("close_wait_leak", ns),
              Raised(AllOf(HasSubstr("10.0.0.2:80 has 10"), HasSubstr("port 8080 has 100"))));
}

TEST(CloseWaitLeakTest, WhatOneCollectorKnowsIsToldAndFineNeedsBoth) {
  NamespaceSnapshot ns = MakeHealthy();
  ns.reports.Remove<PortsReport>();
  EXPECT_THAT(Check("close_wait_leak", ns), NotCheckable());
  ns.reports.Get<ListenReport>()->unclosed = {{8080, 100}};
  EXPECT_THAT(Check("close_wait_leak", ns), Raised(HasSubstr("port 8080")));
  ns.reports.Set<ListenReport>(absl::DataLossError("bad row"));
  EXPECT_EQ(Check("close_wait_leak", ns).status(), absl::DataLossError("bad row"));
  ns = MakeHealthy();
  ns.reports.Remove<ListenReport>();
  EXPECT_THAT(Check("close_wait_leak", ns), NotCheckable());
}

TEST(SynSentPilingUpTest, NotCheckableWithoutThePortsCollector) {
  NamespaceSnapshot ns = MakeHealthy();
  ns.reports.Remove<PortsReport>();
  EXPECT_THAT(Check("syn_sent_piling_up", ns), NotCheckable());
}

}  // namespace
}  // namespace tcp_lifecycle
