#include "exporter/scrape/pass.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

#include "tests/unit/exporter/scrape/pass_fixture.h"

namespace tcp_lifecycle {
namespace {

TEST_F(PassTest, RolesAreJudgedByListenersAndRange) {
  AddCollector("a", kConnections);
  Run(Whole);
  EXPECT_EQ(seen_["a"].sockets[0].role, Role::kInbound);
  EXPECT_EQ(seen_["a"].sockets[1].role, Role::kOutbound);
}

TEST_F(PassTest, ARoleThatTheSourceKnowsIsKept) {
  AddCollector("a", kConnections);
  Run([](const Deadline&, SocketVisitor& visitor) -> absl::StatusOr<PassInfo> {
    std::vector<Socket> sockets = {Connection(40001, 443)};
    sockets[0].role = Role::kInbound;
    visitor.OnSockets(sockets);
    return PassInfo{.sockets = 1};
  });
  EXPECT_EQ(seen_["a"].sockets[0].role, Role::kInbound);
}

TEST_F(PassTest, WhatAListenerOfAnEarlierPassTookStaysInbound) {
  AddCollector("a", TcpStateSet::All());
  bool listens = true;
  Pass pass = Make([&](const Deadline&, SocketVisitor& visitor) -> absl::StatusOr<PassInfo> {
    std::vector<Listener> listeners = {ListenerOn(40000)};
    if (listens) visitor.OnListeners(listeners);
    std::vector<Socket> sockets = {Connection(40000, 40001)};
    visitor.OnSockets(sockets);
    return PassInfo{};
  });
  const auto run = [&] {
    pass.Run(Deadline::After(std::chrono::seconds(10)));
    return seen_["a"].sockets.at(0);
  };
  EXPECT_EQ(run().flags, 0);
  listens = false;
  EXPECT_EQ(run().role, Role::kInbound);
  EXPECT_EQ(run().flags, kByClosedListener);
}

TEST_F(PassTest, WhatTookTheNameOfAnotherHasNoListenersOfIt) {
  AddCollector("a", TcpStateSet::All());
  others_ = {"b"};
  Pass pass = Make(TakenByAnother());
  const auto run = [&] {
    pass.Run(Deadline::After(std::chrono::seconds(10)));
    return seen_["a"].sockets.at(0).role;
  };
  run();
  listens_ = false;
  EXPECT_EQ(run(), Role::kInbound);
  cookie_ = 2;
  EXPECT_EQ(run(), Role::kUnknown);
}

TEST(StreamTest, KeepsAsManyListenersAsAreRemembered) {
  Snapshot snapshot;
  snapshot.namespaces.resize(1);
  Stream stream(snapshot, {});
  std::vector<Listener> listeners;
  for (size_t i = 0; i <= ListenerMemory::kMaxPoints; ++i) {
    listeners.push_back(ListenerOn(static_cast<uint16_t>(i + 1)));
  }
  stream.OnListeners(listeners);
  EXPECT_EQ(stream.listening(0).size(), ListenerMemory::kMaxPoints);
  EXPECT_EQ(stream.rows(), ListenerMemory::kMaxPoints + 1);
}

TEST_F(PassTest, ListenersOfAPassThatFailedAreNotRemembered) {
  AddCollector("a", TcpStateSet::All());
  bool fails = true;
  Pass pass = Make([&](const Deadline&, SocketVisitor& visitor) -> absl::StatusOr<PassInfo> {
    std::vector<Listener> listeners = {ListenerOn(40000)};
    if (fails) visitor.OnListeners(listeners);
    std::vector<Socket> sockets = {Connection(40000, 40001)};
    visitor.OnSockets(sockets);
    if (fails) return absl::DataLossError("lost");
    return PassInfo{};
  });
  pass.Run(Deadline::After(std::chrono::seconds(10)));
  fails = false;
  pass.Run(Deadline::After(std::chrono::seconds(10)));
  EXPECT_EQ(seen_["a"].sockets.at(0).role, Role::kUnknown);
}

TEST_F(PassTest, APassThatFailedForgetsNoListener) {
  AddCollector("a", TcpStateSet::All());
  int number = 0;
  Pass pass = Make([&](const Deadline&, SocketVisitor& visitor) -> absl::StatusOr<PassInfo> {
    std::vector<Listener> listeners = {ListenerOn(40000)};
    if (++number == 1) visitor.OnListeners(listeners);
    std::vector<Socket> sockets = {Connection(40000, 40001)};
    visitor.OnSockets(sockets);
    if (number == 2) return absl::DataLossError("lost");
    return PassInfo{};
  });
  for (int i = 0; i < 3; ++i) pass.Run(Deadline::After(std::chrono::seconds(10)));
  EXPECT_EQ(seen_["a"].sockets.at(0).role, Role::kInbound);
}

TEST_F(PassTest, AListThatWasCutForgetsNoListener) {
  AddCollector("a", TcpStateSet::All());
  others_ = {"b"};
  Pass pass = Make(TakenByAnother());
  pass.Run(Deadline::After(std::chrono::seconds(10)));
  listens_ = false;
  for (const bool cut : {true, false}) {
    cut_list_ = cut;
    others_ = cut ? std::vector<std::string>() : std::vector<std::string>{"b"};
    pass.Run(Deadline::After(std::chrono::seconds(10)));
  }
  EXPECT_EQ(seen_["a"].sockets.at(0).role, Role::kInbound);
}

}  // namespace
}  // namespace tcp_lifecycle
