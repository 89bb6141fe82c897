#include <gtest/gtest.h>

#include "tests/unit/collectors/findings/healthy.h"

namespace tcp_lifecycle {
namespace {

using ::testing::HasSubstr;

Listener WithQueue(uint16_t port, uint32_t queue, uint32_t backlog, uint32_t drops = 0) {
  Listener listener = MakeListener("0.0.0.0", port);
  listener.accept_queue = queue;
  listener.backlog = backlog;
  listener.drops = drops;
  return listener;
}

NamespaceSnapshot WithListeners(const std::vector<Listener>& listeners) {
  NamespaceSnapshot ns = MakeHealthy();
  ListenGroups groups;
  for (const Listener& listener : listeners) groups.Add(listener);
  ListenReport& report = *ns.reports.Get<ListenReport>();
  report.groups = groups.TakeFullest(ListenReport::kMaxGroups);
  for (ListenGroup& group : report.groups) {
    group.in_ephemeral_range = IsUsable(*ns.facts.ephemeral_ports, group.port);
  }
  return ns;
}

NamespaceSnapshot WithoutReport() {
  NamespaceSnapshot ns = MakeHealthy();
  ns.reports.Remove<ListenReport>();
  return ns;
}

TEST(ListenerInPortRangeTest, RaisedAndNamesThreeListenersAndAllPorts) {
  EXPECT_THAT(Check("listener_in_port_range", WithListeners({WithQueue(40001, 0, 5)})),
              Raised("Listeners hold 1 port of 32768-60999 that connect() could use, not reserved: "
                     "0.0.0.0:40001. To add to net.ipv4.ip_local_reserved_ports: 40001."));
  EXPECT_THAT(Check("listener_in_port_range",
                    WithListeners({WithQueue(40001, 0, 5), WithQueue(40003, 0, 5),
                                   WithQueue(40004, 0, 5), WithQueue(40005, 0, 5)})),
              Raised(HasSubstr("0.0.0.0:40001, 0.0.0.0:40003, 0.0.0.0:40004 and 1 more. To add to "
                               "net.ipv4.ip_local_reserved_ports: 40001,40003-40005.")));
}

TEST(ListenerInPortRangeTest, RaisedByListenersThatTheReportHasNoRoomFor) {
  NamespaceSnapshot ns = MakeHealthy();
  ns.reports.Get<PortsReport>()->blocked[static_cast<size_t>(PortBlock::kListen)] = 2;
  EXPECT_THAT(
      Check("listener_in_port_range", ns),
      Raised("Listeners hold 2 ports of 32768-60999 that connect() could use, not reserved."));
}

TEST(ListenerInPortRangeTest, ClearedOutsideTheRange) {
  EXPECT_THAT(Check("listener_in_port_range", WithListeners({WithQueue(80, 0, 5)})), Fine());
}

TEST(ListenerInPortRangeTest, NotCheckableWithoutTheReportOrTheRange) {
  EXPECT_THAT(Check("listener_in_port_range", WithoutReport()), NotCheckable());
  NamespaceSnapshot ns = MakeHealthy();
  ns.facts.ephemeral_ports = absl::UnavailableError("range");
  EXPECT_THAT(Check("listener_in_port_range", ns), Failed("range"));
}

TEST(BacklogAboveSomaxconnTest, RaisedWhereAnOldDefaultCapsAListener) {
  NamespaceSnapshot ns = WithListeners({WithQueue(80, 0, 128), WithQueue(81, 0, 100)});
  ns.facts.sysctls[Sysctl::kSomaxconn] = 128;
  EXPECT_THAT(Check("backlog_above_somaxconn", ns),
              Raised("0.0.0.0:80 has a backlog of 128, all that somaxconn grants: it asked for so "
                     "much or more."));
}

TEST(BacklogAboveSomaxconnTest, RaisedByDropsWhateverTheLimit) {
  EXPECT_THAT(
      Check("backlog_above_somaxconn",
            WithListeners({WithQueue(80, 0, 4096, 1), WithQueue(81, 0, 4096, 12)})),
      Raised("0.0.0.0:81 has a backlog of 4096, all that somaxconn grants: it asked for so much or "
             "more, and has lost 12 connections; likewise 1 other listener."));
}

TEST(BacklogAboveSomaxconnTest, OfEqualsTheFirstIsNamed) {
  EXPECT_THAT(Check("backlog_above_somaxconn",
                    WithListeners({WithQueue(80, 0, 4096, 3), WithQueue(81, 0, 4096, 3)})),
              Raised(HasSubstr("0.0.0.0:80 has a backlog")));
}

TEST(BacklogAboveSomaxconnTest, ClearedByTheDefaultWithoutDropsAndByASmallerBacklog) {
  EXPECT_THAT(Check("backlog_above_somaxconn", WithListeners({WithQueue(80, 0, 4096)})), Fine());
  EXPECT_THAT(Check("backlog_above_somaxconn", WithListeners({WithQueue(80, 0, 511, 9)})), Fine());
}

TEST(BacklogAboveSomaxconnTest, JudgesEachSocketAndNotTheSumOfItsGroup) {
  const std::vector<Listener> group(2, WithQueue(80, 0, 2048, 1));
  EXPECT_THAT(Check("backlog_above_somaxconn", WithListeners(group)), Fine());
}

TEST(BacklogAboveSomaxconnTest, NotCheckableWithoutTheFile) {
  NamespaceSnapshot ns = WithListeners({WithQueue(80, 0, 4096, 1)});
  ns.facts.sysctls[Sysctl::kSomaxconn] = absl::NotFoundError("the host's");
  EXPECT_THAT(Check("backlog_above_somaxconn", ns), NotCheckable());
}

TEST(AcceptQueueFullTest, RaisedByOneMoreThanTheBacklog) {
  EXPECT_THAT(
      Check("accept_queue_full", WithListeners({WithQueue(80, 6, 5)})),
      Raised(
          "0.0.0.0:80: 6 connections wait for accept(), and a backlog of 5 holds no more than 6: "
          "new ones are dropped."));
  EXPECT_THAT(Check("accept_queue_full", WithListeners({WithQueue(80, 1, 0)})),
              Raised(HasSubstr(
                  "1 connection waits for accept(), and a backlog of 0 holds no more than 1")));
}

TEST(AcceptQueueFullTest, RaisedByOneSocketOfAGroup) {
  EXPECT_THAT(Check("accept_queue_full",
                    WithListeners({WithQueue(80, 6, 5), WithQueue(80, 0, 5), WithQueue(81, 6, 5)})),
              Raised(HasSubstr("; likewise 1 other listener.")));
  EXPECT_THAT(
      Check("accept_queue_full", WithListeners({WithQueue(80, 6, 5), WithQueue(80, 0, 5)})),
      Raised("0.0.0.0:80: 6 connections wait for accept() where the backlog is 10 (1 of 2 sockets "
             "full): new ones are dropped."));
}

TEST(AcceptQueueFullTest, ClearedWhileThereIsRoomForOne) {
  EXPECT_THAT(Check("accept_queue_full", WithListeners({WithQueue(80, 5, 5)})), Fine());
  EXPECT_THAT(Check("accept_queue_full", WithListeners({})), Fine());
}

TEST(AcceptQueueFullTest, NotCheckableWhereTheSourceDoesNotTellTheBacklog) {
  const NamespaceSnapshot ns = WithListeners({MakeListener("0.0.0.0", 80)});
  for (const char* rule : {"accept_queue_full", "backlog_above_somaxconn"}) {
    EXPECT_THAT(Check(rule, ns), NotCheckable()) << rule;
    EXPECT_THAT(Check(rule, WithoutReport()), NotCheckable()) << rule;
  }
}

}  // namespace
}  // namespace tcp_lifecycle
