#include "collectors/kernel/bpf/bpf_source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <optional>
#include <string>

#include "tests/unit/collectors/kernel/bpf/fake_walk.h"
#include "tests/unit/collectors/kernel/new_namespace.h"

namespace tcp_lifecycle {
namespace {

using ::testing::AllOf;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::SizeIs;

WireRecord Bound(uint16_t port) {
  WireRecord record = RecordOf(port);
  record.state = 7;
  record.remote_port = 0;
  return record;
}

WireRecord Blocked(uint16_t port) {
  WireRecord record = {};
  record.local_port = port;
  record.flags = kWireBlocked;
  return record;
}

// One listener, and one bound-inactive socket on port 1, where it is asked for them.
class FakeDumps : public SocketSource {
 public:
  explicit FakeDumps(std::vector<TcpStateSet>& asked) : asked_(asked) {}

  absl::string_view Name() const override { return "fake"; }
  absl::StatusOr<PassInfo> ForEach(const SocketQuery& query, const Deadline&,
                                   SocketVisitor& visitor) override {
    if (!status.ok()) return status;
    for (size_t i = 0; i < std::max<size_t>(query.namespaces.size(), 1); ++i) {
      asked_.push_back(query.StatesOf(i));
    }
    const TcpStateSet states = query.StatesOf(0);
    PassInfo info;
    if (states.Contains(TcpState::kListen)) {
      Listener listener;
      listener.socket.state = TcpState::kListen;
      visitor.OnListeners({&listener, 1});
      ++info.sockets;
    }
    if (states.Contains(TcpState::kBoundInactive)) {
      Socket socket;
      socket.state = TcpState::kBoundInactive;
      socket.local_port = 1;
      visitor.OnSockets({&socket, 1});
      ++info.sockets;
      info.knows_bound_inactive = true;
    }
    return info;
  }

  absl::Status status;

 private:
  std::vector<TcpStateSet>& asked_;
};

class BpfSourceTest : public testing::Test, public SocketVisitor {
 protected:
  void OnListeners(std::span<Listener> listeners) override {
    for (size_t i = 0; i < listeners.size(); ++i) order_.push_back("listener");
  }
  void OnSockets(std::span<Socket> sockets) override {
    batches_.push_back(sockets.size());
    for (const Socket& socket : sockets) {
      EXPECT_EQ(socket.namespace_index, 0u);
      order_.push_back(std::to_string(socket.local_port));
      roles_.push_back(socket.role);
    }
  }
  void OnOwnRange(const Socket& socket, const PortRange& range) override {
    order_.push_back("range " + std::to_string(socket.local_port));
    range_ = range;
  }
  void OnBlockedPorts(uint32_t namespace_index, const PortSet& ports) override {
    order_.push_back("blocked");
    if (namespace_index == 0) blocked_ = ports;
  }
  void OnFailure(uint32_t namespace_index, const absl::Status& status) override {
    failures_[namespace_index] = status;
  }

  absl::StatusOr<PassInfo> Read(TcpStateSet states = TcpStateSet::All()) {
    return source_.ForEach({states, watched_, {}, most_bound_inactive_},
                           Deadline::After(std::chrono::seconds(60)), *this);
  }
  // One more to watch, `netns` in the records and with that table. False when not permitted.
  bool WatchOne(uint32_t netns, uint64_t table) {
    UniqueFd made = NewNamespace([&] { walk_->places[NamespaceInode()] = {netns, table}; });
    watched_.resize(std::max<size_t>(watched_.size() + 1, 2));
    watched_.back().entrance = std::move(made);
    return watched_.back().entrance->valid();
  }
  std::vector<WireRecord>& Connected() { return walk_->tables[WalkedTable::kConnected][0]; }
  std::vector<WireRecord>& BoundOnes() { return walk_->tables[WalkedTable::kPorts][0]; }

  std::vector<TcpStateSet> asked_;
  std::vector<std::string> order_;
  std::vector<size_t> batches_;
  std::vector<Role> roles_;
  PortRange range_;
  std::optional<uint64_t> most_bound_inactive_;
  PortSet blocked_;
  std::vector<WatchedNetns> watched_;
  std::map<uint32_t, absl::Status> failures_;
  FakeWalk* walk_ = [] {
    auto* walk = new FakeWalk;  // owned by source_
    for (const WalkedTable table : {WalkedTable::kConnected, WalkedTable::kPorts}) {
      walk->tables[table].resize(1);
    }
    return walk;
  }();
  FakeDumps* dumps_ = new FakeDumps(asked_);  // owned by source_
  BpfSource source_{"bpf", std::unique_ptr<WalkProgram>(walk_),
                    std::unique_ptr<SocketSource>(dumps_)};
};

TEST_F(BpfSourceTest, ListenersThenBoundOnesThenTheRest) {
  Connected() = {RecordOf(40000), RecordOf(40001)};
  BoundOnes() = {Bound(8080)};
  const auto info = Read();
  ASSERT_TRUE(info.ok());
  EXPECT_THAT(order_, ElementsAre("blocked", "listener", "8080", "40000", "40001"));
  EXPECT_EQ(info->sockets, 4u);
  EXPECT_TRUE(info->knows_bound_inactive);
  EXPECT_TRUE(info->knows_unaccepted);
  EXPECT_EQ(info->walk_pieces, 1u);
  EXPECT_THAT(asked_, ElementsAre(TcpStateSet{TcpState::kListen}));
}

TEST_F(BpfSourceTest, OnlyTheStatesAskedFor) {
  WireRecord time_wait = RecordOf(40001);
  time_wait.state = 6;
  Connected() = {RecordOf(40000), time_wait};
  ASSERT_TRUE(Read({TcpState::kTimeWait}).ok());
  EXPECT_THAT(order_, ElementsAre("40001"));
}

TEST_F(BpfSourceTest, ForListenersAloneNothingIsWalked) {
  ASSERT_TRUE(Read({TcpState::kListen}).ok());
  EXPECT_THAT(order_, ElementsAre("listener"));
  EXPECT_THAT(walk_->pieces, IsEmpty());
}

TEST_F(BpfSourceTest, UnknownStatesAreCounted) {
  WireRecord unknown = RecordOf(40000);
  unknown.state = 14;
  Connected() = {unknown, RecordOf(40001)};
  const auto info = Read();
  ASSERT_TRUE(info.ok());
  EXPECT_EQ(info->unknown_states, 1u);
  EXPECT_THAT(order_, ElementsAre("blocked", "listener", "40001"));
}

TEST_F(BpfSourceTest, WhatIsOnAPortThatConnectMayShareWasChosenByConnect) {
  BoundOnes() = {Blocked(40001)};
  WireRecord request = RecordOf(40002);
  request.state = 12;
  Connected() = {RecordOf(40000), RecordOf(40001), request};
  ASSERT_TRUE(Read().ok());
  EXPECT_THAT(roles_, ElementsAre(Role::kOutbound, Role::kUnknown, Role::kUnknown));
}

TEST_F(BpfSourceTest, WhereAVrfHasATableOfItsOwnNoPortTellsWhoChoseIt) {
  WireRecord of_vrf = Blocked(1);
  of_vrf.scope = 4;
  BoundOnes() = {of_vrf};
  Connected() = {RecordOf(40000)};
  ASSERT_TRUE(Read().ok());
  EXPECT_THAT(roles_, ElementsAre(Role::kUnknown));
}

TEST_F(BpfSourceTest, APortRangeOfItsOwnComesBesideTheSocket) {
  WireRecord range = RecordOf(40000);
  range.family |= kWireOwnRange;
  range.jiffies_left = 40009u << 16 | 40000;
  Connected() = {RecordOf(40000), range, RecordOf(40001)};
  const auto info = Read();
  ASSERT_TRUE(info.ok());
  EXPECT_EQ(info->sockets, 3u);  // with the listener
  EXPECT_THAT(order_, ElementsAre("blocked", "listener", "range 40000", "40000", "40001"));
  EXPECT_EQ(range_, (PortRange{40000, 40009}));
}

TEST_F(BpfSourceTest, NoMoreBoundOnesAreLookedForThanThereCanBe) {
  ASSERT_TRUE(Read().ok());
  EXPECT_EQ(walk_->most_bound, UINT32_MAX);
  most_bound_inactive_ = 0;
  ASSERT_TRUE(Read().ok());
  EXPECT_EQ(walk_->most_bound, 0u);
}

TEST_F(BpfSourceTest, BlockedPortsAreTold) {
  BoundOnes() = {Blocked(1), Blocked(40000)};
  const auto info = Read();
  ASSERT_TRUE(info.ok());
  EXPECT_EQ(blocked_.count(), 2u);
  EXPECT_TRUE(blocked_[1] && blocked_[40000]);
}

TEST_F(BpfSourceTest, WhereAVrfHasATableOfItsOwnTheyAreNotTold) {
  WireRecord of_vrf = Blocked(1);
  of_vrf.scope = 4;
  BoundOnes() = {of_vrf};
  const auto info = Read();
  ASSERT_TRUE(info.ok());
  EXPECT_THAT(order_, ElementsAre("listener"));
}

TEST_F(BpfSourceTest, VeryManyBoundOnesAreDumped) {
  for (const size_t bound : {4097, 5000}) {
    order_.clear();
    BoundOnes().assign(bound, Bound(8080));
    ASSERT_TRUE(Read().ok());
    EXPECT_THAT(order_, ElementsAre("blocked", "listener", "1"));
  }
  order_.clear();
  BoundOnes().assign(4096, Bound(8080));
  EXPECT_EQ(Read()->sockets, 4097u);  // with the listener
  EXPECT_EQ(order_.back(), "8080");
}

TEST_F(BpfSourceTest, ADumpThatFailsIsNoPass) {
  dumps_->status = absl::ResourceExhaustedError("no memory");
  EXPECT_EQ(Read().status(), dumps_->status);
}

TEST_F(BpfSourceTest, NoPassIsMadeWhereItsOwnTableIsNotTold) {
  watched_.resize(2);
  watched_[1].entrance = absl::PermissionDeniedError("no");
  walk_->empty_status = absl::UnavailableError("which table it is");
  EXPECT_EQ(Read({TcpState::kEstablished}).status(), walk_->empty_status);
  EXPECT_THAT(failures_, IsEmpty());
}

TEST_F(BpfSourceTest, AFailedWalkIsNoPass) {
  walk_->status = absl::PermissionDeniedError("no");
  EXPECT_EQ(Read().status(), walk_->status);
  EXPECT_EQ(Read({TcpState::kEstablished}).status(), walk_->status);
}

TEST_F(BpfSourceTest, PortsThatCannotBeReadLeaveBoundSocketsToTheDump) {
  Connected() = {RecordOf(40000)};
  BoundOnes() = {Blocked(1), Bound(8080)};
  walk_->restless[0] = 101;  // as long as the walk over ports lasts
  const auto info = Read();
  ASSERT_TRUE(info.ok()) << info.status();
  EXPECT_THAT(order_, ElementsAre("listener", "1", "40000"));  // the dump's, and nothing blocked
}

TEST_F(BpfSourceTest, SocketsOfNamespacesThatAreNotWatchedAreLeftOut) {
  watched_.resize(2);
  watched_[1].entrance = absl::PermissionDeniedError("no");
  WireRecord foreign = RecordOf(40001);
  WireRecord foreign_port = Blocked(2);
  foreign.flags = 5 << kWireNetnsShift;
  foreign_port.flags |= foreign.flags;
  Connected() = {RecordOf(40000), foreign, RecordOf(40002)};
  BoundOnes() = {Blocked(1), foreign_port};
  const auto info = Read();
  ASSERT_TRUE(info.ok());
  EXPECT_THAT(order_, ElementsAre("blocked", "blocked", "listener", "40000", "40002"));
  EXPECT_EQ(info->sockets, 3u);
  EXPECT_TRUE(blocked_[1] && !blocked_[2]);
  EXPECT_THAT(failures_, ElementsAre(Pair(1u, watched_[1].entrance.status())));
}

TEST_F(BpfSourceTest, WhereOneIsWatchedTheWalkLooksAtNoOther) {
  WireRecord foreign = RecordOf(40001);
  foreign.flags = 5 << kWireNetnsShift;
  Connected() = {foreign, RecordOf(40000)};
  for (const size_t count : {0, 1}) {
    watched_.resize(count);
    order_.clear();
    walk_->asked.clear();
    ASSERT_TRUE(Read().ok());
    EXPECT_THAT(order_, ElementsAre("blocked", "listener", "40000"));
    // Twice for each of the two tables: how large it is, and all of it.
    EXPECT_THAT(walk_->asked, AllOf(SizeIs(4), Each(WalkedNetns::kOwn)));
  }
}

TEST_F(BpfSourceTest, VrfAndManyBoundOnesOfOneNamespaceCostNoOther) {
  if (!WatchOne(5, 0)) GTEST_SKIP() << kNoNamespace;
  WireRecord of_vrf = Blocked(2);
  of_vrf.scope = 4;
  BoundOnes().assign(5000, Bound(8081));
  BoundOnes().push_back(of_vrf);
  for (WireRecord& record : BoundOnes()) record.flags |= 5 << kWireNetnsShift;
  BoundOnes().push_back(Bound(8080));
  BoundOnes().push_back(Blocked(1));
  const auto info = Read();
  ASSERT_TRUE(info.ok());
  EXPECT_FALSE(info->knows_bound_inactive);  // of the one that has too many, the dump decides
  EXPECT_THAT(order_, ElementsAre("blocked", "listener", "8080"));
  EXPECT_TRUE(blocked_[1]);
  EXPECT_THAT(asked_,
              ElementsAre(TcpStateSet{TcpState::kListen},
                          TcpStateSet{TcpState::kListen} | TcpStateSet{TcpState::kBoundInactive}));
}

TEST_F(BpfSourceTest, BoundOnesOfAllAreKeptUpToFourTimesAsManyAsOfOne) {
  for (uint32_t netns = 1; netns <= 4; ++netns) {
    if (!WatchOne(netns, 0)) GTEST_SKIP() << kNoNamespace;
  }
  for (uint32_t i = 0; i < 4 * 4096 + 1; ++i) {
    BoundOnes().push_back(Bound(8080));
    BoundOnes().back().flags |= i / 4096 << kWireNetnsShift;
  }
  SocketVisitor nobody;
  const auto info = source_.ForEach({TcpStateSet::All(), watched_},
                                    Deadline::After(std::chrono::seconds(60)), nobody);
  ASSERT_TRUE(info.ok()) << info.status();
  const TcpStateSet listeners = {TcpState::kListen};
  EXPECT_THAT(asked_, ElementsAre(listeners, listeners, listeners, listeners,
                                  listeners | TcpStateSet{TcpState::kBoundInactive}));
}

TEST_F(BpfSourceTest, TableIsWalkedOnceForAllThatShareIt) {
  if (!WatchOne(5, 0)) GTEST_SKIP() << kNoNamespace;
  EXPECT_EQ(Read()->walk_pieces, 1u);
}

TEST_F(BpfSourceTest, TableOfItsOwnIsWalkedApartAndItsFailureCostsNoOther) {
  if (!WatchOne(5, 7)) GTEST_SKIP() << kNoNamespace;
  EXPECT_EQ(Read()->walk_pieces, 2u);
  walk_->failing_table = 7;
  EXPECT_EQ(Read()->walk_pieces, 1u);
  EXPECT_THAT(failures_, ElementsAre(Pair(1u, absl::InternalError("table"))));
}

TEST_F(BpfSourceTest, ManySocketsComeInBatches) {
  for (uint16_t port = 1; port <= 1000; ++port) Connected().push_back(RecordOf(port));
  const auto info = Read({TcpState::kEstablished});
  ASSERT_TRUE(info.ok());
  EXPECT_EQ(info->sockets, 1000u);
  ASSERT_EQ(order_.size(), 1000u);
  EXPECT_EQ(order_.back(), "1000");
  EXPECT_THAT(batches_, ElementsAre(256, 256, 256, 232));
}

}  // namespace
}  // namespace tcp_lifecycle
