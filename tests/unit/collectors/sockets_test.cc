#include "collectors/sockets.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/collectors/metrics_page.h"

namespace tcp_lifecycle {
namespace {

using ::testing::ElementsAre;

Page PageOf(const Snapshot& snapshot) { return Page(SocketsCollector(), snapshot); }

Socket InState(TcpState state, const std::string& address) {
  return MakeSocket(state, address, 40001, address, 443);
}

TEST(SocketsTest, EveryFamilyAndStateIsThereWithoutSockets) {
  Snapshot snapshot = MakeSnapshot();
  RunPass(SocketsCollector(), snapshot, {}, {});
  const Page page = PageOf(snapshot);
  EXPECT_TRUE(page.status().ok()) << page.status();
  for (absl::string_view family : kFamilyNames) {
    for (absl::string_view state : kTcpStateNames) {
      const std::string series = absl::StrCat("sockets{family=", family, ",state=", state, "}");
      EXPECT_EQ(page[series], 0) << series;
    }
  }
}

TEST(SocketsTest, CountsByFamilyAndState) {
  Snapshot snapshot = MakeSnapshot();
  RunPass(SocketsCollector(), snapshot, {MakeListener("0.0.0.0", 80), MakeListener("::", 80)},
          {InState(TcpState::kEstablished, "10.0.0.1"), InState(TcpState::kEstablished, "10.0.0.1"),
           InState(TcpState::kBoundInactive, "2001:db8::1")});
  const Page page = PageOf(snapshot);
  EXPECT_EQ(page["sockets{family=ipv4,state=established}"], 2);
  EXPECT_EQ(page["sockets{family=ipv6,state=established}"], 0);
  EXPECT_EQ(page["sockets{family=ipv4,state=listen}"], 1);
  EXPECT_EQ(page["sockets{family=ipv6,state=listen}"], 1);
  EXPECT_EQ(page["sockets{family=ipv6,state=bound_inactive}"], 1);
}

TEST(SocketsTest, BoundInactiveIsAbsentWhereTheSourceCannotSeeIt) {
  Snapshot snapshot = MakeSnapshot();
  snapshot.pass.knows_bound_inactive = false;
  RunPass(SocketsCollector(), snapshot, {}, {});
  const Page page = PageOf(snapshot);
  EXPECT_TRUE(page.status().ok());
  EXPECT_EQ(page["sockets{family=ipv4,state=bound_inactive}"], std::nullopt);
  EXPECT_EQ(page["sockets{family=ipv6,state=bound_inactive}"], std::nullopt);
  EXPECT_EQ(page["sockets{family=ipv4,state=listen}"], 0);
}

TEST(SocketsTest, TheKernelsOwnFiguresComeFromFacts) {
  Snapshot snapshot = MakeSnapshot();
  RunPass(SocketsCollector(), snapshot, {}, {});
  const Page page = PageOf(snapshot);
  EXPECT_EQ(page["sockets_orphaned"], 11);
  EXPECT_EQ(page["sockets_allocated"], 13);
  EXPECT_EQ(page["socket_memory_bytes"], 14);
  EXPECT_EQ(page["socket_memory_limit_bytes{level=low}"], 4096);
  EXPECT_EQ(page["socket_memory_limit_bytes{level=pressure}"], 8192);
  EXPECT_EQ(page["socket_memory_limit_bytes{level=high}"], 16384);
}

TEST(SocketsTest, AFigureThatTheKernelDoesNotWriteIsAbsentAndNoError) {
  Snapshot snapshot = MakeSnapshot();
  snapshot.namespaces[0].facts.sockstat->allocated.reset();
  RunPass(SocketsCollector(), snapshot, {}, {});
  const Page page = PageOf(snapshot);
  EXPECT_TRUE(page.status().ok());
  EXPECT_EQ(page["sockets_allocated"], std::nullopt);
  EXPECT_EQ(page["sockets_orphaned"], 11);
}

TEST(SocketsTest, AContainerWithoutTheMemoryLimitHasNotFailed) {
  Snapshot snapshot = MakeSnapshot();
  snapshot.namespaces[0].facts.socket_memory_limit = absl::NotFoundError("tcp_mem");
  RunPass(SocketsCollector(), snapshot, {}, {});
  const Page page = PageOf(snapshot);
  EXPECT_TRUE(page.status().ok());
  EXPECT_EQ(page["socket_memory_limit_bytes{level=low}"], std::nullopt);
  EXPECT_EQ(page["socket_memory_bytes"], 14);
}

TEST(SocketsTest, NamespaceInfoNamesTheInodeAndIsEmptyWhereItIsUnknown) {
  Snapshot snapshot = MakeSnapshot();
  EXPECT_EQ(PageOf(snapshot)["namespace_info{inode=4026531840,uid=}"], 1);
  snapshot.namespaces[0].facts.netns.inode = 0;
  EXPECT_EQ(PageOf(snapshot)["namespace_info{inode=,uid=}"], 1);
}

TEST(SocketsTest, AFailedStreamLeavesTheFactsAndItsError) {
  Snapshot snapshot = MakeSnapshot();
  snapshot.namespaces[0].stream = absl::DeadlineExceededError("cut");
  RunPass(SocketsCollector(), snapshot, {}, {InState(TcpState::kEstablished, "10.0.0.1")});
  const Page page = PageOf(snapshot);
  EXPECT_EQ(page.status(), absl::DeadlineExceededError("cut"));
  EXPECT_THAT(page.families(),
              ElementsAre("namespace_info", "namespace_container_info", "sockets_orphaned",
                          "sockets_allocated", "socket_memory_bytes", "socket_memory_limit_bytes"));
}

TEST(SocketsTest, FailedFactsLeaveTheCounts) {
  Snapshot snapshot = MakeSnapshot();
  FailFacts(snapshot.namespaces[0].facts);
  RunPass(SocketsCollector(), snapshot, {}, {});
  const Page page = PageOf(snapshot);
  EXPECT_EQ(page.status(), absl::UnavailableError("sockstat"));
  EXPECT_THAT(page.families(),
              ElementsAre("sockets", "namespace_info", "namespace_container_info"));
}

TEST(SocketsTest, NamespacesAreCountedApartAndHostWideFiguresStandOnce) {
  Snapshot snapshot = MakeSnapshot();
  snapshot.namespaces.push_back(MakeNamespace("other"));
  Socket socket = InState(TcpState::kEstablished, "10.0.0.1");
  socket.namespace_index = 1;
  RunPass(SocketsCollector(), snapshot, {}, {socket, socket});
  const Page page = PageOf(snapshot);
  EXPECT_EQ(page["sockets{family=ipv4,state=established}"], 0);
  EXPECT_EQ(page["sockets{netns=other,family=ipv4,state=established}"], 2);
  EXPECT_EQ(page["sockets{netns=other,family=ipv6,state=established}"], std::nullopt);
  EXPECT_EQ(page["namespace_info{netns=other,inode=4026531840,uid=}"], 1);
  EXPECT_EQ(page["sockets_orphaned"], 11);
  EXPECT_EQ(page["sockets_orphaned{netns=other}"], std::nullopt);
}

TEST(SocketsTest, EachContainerOfANamespaceIsNamed) {
  Snapshot snapshot = MakeSnapshot();
  snapshot.namespaces.push_back(MakeNamespace("pod"));
  snapshot.namespaces[1].facts.netns.pod_uid = "0d12";
  snapshot.namespaces[1].facts.netns.container_ids = {"aa", "bb"};
  RunPass(SocketsCollector(), snapshot, {}, {});
  const Page page = PageOf(snapshot);
  EXPECT_EQ(page["namespace_info{netns=pod,inode=4026531840,uid=0d12}"], 1);
  EXPECT_EQ(page["namespace_container_info{netns=pod,container_id=aa}"], 1);
  EXPECT_EQ(page["namespace_container_info{netns=pod,container_id=bb}"], 1);
}

TEST(SocketsTest, ANamespaceThatFailsCostsOnlyItsOwnCounts) {
  Snapshot snapshot = MakeSnapshot();
  snapshot.namespaces.push_back(MakeNamespace("other"));
  snapshot.namespaces[1].stream = absl::DataLossError("lost");
  RunPass(SocketsCollector(), snapshot, {}, {});
  const Page page = PageOf(snapshot);
  EXPECT_TRUE(page.status().ok()) << page.status();
  EXPECT_EQ(page["sockets{family=ipv4,state=established}"], 0);
  EXPECT_EQ(page["sockets{netns=other,family=ipv4,state=established}"], std::nullopt);
}

}  // namespace
}  // namespace tcp_lifecycle
