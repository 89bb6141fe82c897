#include "collectors/kernel/namespaces/each_namespace.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>

#include <chrono>
#include <map>
#include <utility>
#include <vector>

#include "tests/unit/collectors/kernel/new_namespace.h"
#include "tests/unit/collectors/kernel/procfs/proc_tree.h"

namespace tcp_lifecycle {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

// Tells where it was opened and where it is read: a listener and a socket for each.
class FakeSource : public SocketSource {
 public:
  // `status`: what it ends with; `reported`: a failure of its namespace after which it goes on.
  explicit FakeSource(std::vector<TcpStateSet>& asked, absl::Status status = absl::OkStatus(),
                      absl::Status reported = absl::OkStatus())
      : asked_(asked), status_(std::move(status)), reported_(std::move(reported)) {}
  absl::string_view Name() const override { return "fake"; }
  absl::StatusOr<PassInfo> ForEach(const SocketQuery& query, const Deadline&,
                                   SocketVisitor& visitor) override {
    asked_.push_back(query.states);
    if (!status_.ok()) return status_;
    Listener listener;
    listener.socket.cgroup = opened_in_;
    visitor.OnListeners({&listener, 1});
    Socket socket;
    socket.cgroup = NamespaceInode();
    visitor.OnSockets({&socket, 1});
    socket.namespace_index = 0;
    visitor.OnOwnRange(socket, {1000, 2000});
    visitor.OnBlockedPorts(0, PortSet().set(80));
    if (!reported_.ok()) visitor.OnFailure(0, reported_);
    return PassInfo{
        .sockets = 2, .unknown_states = 1, .malformed = 1, .knows_bound_inactive = true};
  }

 private:
  std::vector<TcpStateSet>& asked_;
  absl::Status status_;
  absl::Status reported_;
  ino_t opened_in_ = NamespaceInode();
};

class EachNamespaceSourceTest : public ::testing::Test, public SocketVisitor {
 protected:
  void OnListeners(std::span<Listener> listeners) override {
    for (const Listener& each : listeners) {
      opened_in_[each.socket.namespace_index] = each.socket.cgroup;
    }
  }
  void OnSockets(std::span<Socket> sockets) override {
    for (const Socket& each : sockets) read_in_[each.namespace_index] = each.cgroup;
  }
  void OnOwnRange(const Socket& socket, const PortRange& range) override {
    EXPECT_EQ(range.min, 1000);
    ranges_of_.push_back(socket.namespace_index);
  }
  void OnBlockedPorts(uint32_t namespace_index, const PortSet& ports) override {
    EXPECT_TRUE(ports[80]);
    ports_of_.push_back(namespace_index);
  }
  void OnFailure(uint32_t namespace_index, const absl::Status& status) override {
    failures_[namespace_index] = status;
  }

  // One more to watch, after `prepare` ran in it. False when not permitted.
  template <typename Prepare>
  bool Watch(Prepare prepare) {
    UniqueFd made = NewNamespace([&] {
      prepare();
      inodes_.push_back(NamespaceInode());
    });
    if (!made.valid()) return false;
    watched_.emplace_back().entrance = std::move(made);
    return true;
  }
  void Open(int type, bool listening) {
    UniqueFd& made = sockets_.emplace_back(socket(AF_INET, type | SOCK_CLOEXEC, 0));
    ASSERT_TRUE(made.valid());
    if (listening) {
      ASSERT_EQ(listen(made.get(), 1), 0);
    }
  }
  absl::StatusOr<PassInfo> Read() {
    return source_.ForEach({TcpStateSet::All(), watched_},
                           Deadline::After(std::chrono::seconds(60)), *this);
  }

  std::vector<WatchedNetns> watched_ = std::vector<WatchedNetns>(1);
  std::vector<ino_t> inodes_ = {NamespaceInode()};
  std::vector<UniqueFd> sockets_;
  std::vector<TcpStateSet> asked_;
  std::map<uint32_t, ino_t> opened_in_, read_in_;
  std::vector<uint32_t> ranges_of_, ports_of_;
  std::map<uint32_t, absl::Status> failures_;
  EachNamespaceSource source_{std::make_unique<FakeSource>(asked_),
                              [this] { return std::make_unique<FakeSource>(asked_); },
                              ProcFiles("/proc/thread-self")};
};

TEST_F(EachNamespaceSourceTest, ReadsEachInsideAndComesBack) {
  for (int i = 0; i < 2; ++i) {
    if (!Watch([&] { Open(SOCK_STREAM, true); })) GTEST_SKIP() << kNoNamespace;
  }
  const auto info = Read();
  ASSERT_TRUE(info.ok());
  EXPECT_EQ(info->sockets, 6u);
  EXPECT_EQ(info->unknown_states, 3u);
  EXPECT_EQ(info->malformed, 3u);
  const auto each_in_its_own =
      ElementsAre(Pair(0u, inodes_[0]), Pair(1u, inodes_[1]), Pair(2u, inodes_[2]));
  EXPECT_THAT(opened_in_, each_in_its_own);
  EXPECT_THAT(read_in_, each_in_its_own);
  EXPECT_THAT(ranges_of_, ElementsAre(0, 1, 2));
  EXPECT_THAT(ports_of_, ElementsAre(0, 1, 2));
  EXPECT_EQ(NamespaceInode(), inodes_[0]);
}

TEST_F(EachNamespaceSourceTest, AnEmptyNamespaceIsNotDumped) {
  if (!Watch([] {})) GTEST_SKIP() << kNoNamespace;
  ASSERT_TRUE(Read().ok());
  EXPECT_THAT(asked_, ElementsAre(TcpStateSet::All()));
  EXPECT_THAT(failures_, IsEmpty());
}

TEST_F(EachNamespaceSourceTest, WhereOnlyOtherSocketsAreKnownItIsAskedForBoundOnes) {
  if (!Watch([&] { Open(SOCK_DGRAM, false); })) GTEST_SKIP() << kNoNamespace;
  ASSERT_TRUE(Read().ok());
  EXPECT_THAT(asked_, ElementsAre(TcpStateSet::All(), TcpStateSet{TcpState::kBoundInactive}));
}

TEST_F(EachNamespaceSourceTest, WhereNobodyCountsSocketsItIsAskedForAll) {
  if (!Watch([] {})) GTEST_SKIP() << kNoNamespace;
  EachNamespaceSource source(
      std::make_unique<FakeSource>(asked_), [this] { return std::make_unique<FakeSource>(asked_); },
      ProcFiles("/no/such"));
  ASSERT_TRUE(
      source
          .ForEach({TcpStateSet::All(), watched_}, Deadline::After(std::chrono::seconds(60)), *this)
          .ok());
  EXPECT_THAT(asked_, ElementsAre(TcpStateSet::All(), TcpStateSet::All()));
}

TEST_F(EachNamespaceSourceTest, AKernelWithoutIpv6HasNoSocketsOfIt) {
  if (!Watch([] {})) GTEST_SKIP() << kNoNamespace;
  ProcTree tree;
  tree.Write("net/sockstat", "sockets: used 0\nTCP: inuse 0 orphan 0 tw 0 alloc 4 mem 0\n");
  EachNamespaceSource source(
      std::make_unique<FakeSource>(asked_), [this] { return std::make_unique<FakeSource>(asked_); },
      tree.files());
  ASSERT_TRUE(
      source
          .ForEach({TcpStateSet::All(), watched_}, Deadline::After(std::chrono::seconds(60)), *this)
          .ok());
  EXPECT_THAT(asked_, ElementsAre(TcpStateSet::All()));
}

TEST_F(EachNamespaceSourceTest, AReaderThatCannotBeOpenedThereIsThatNamespacesFailure) {
  if (!Watch([&] { Open(SOCK_STREAM, true); })) GTEST_SKIP() << kNoNamespace;
  EachNamespaceSource source(
      std::make_unique<FakeSource>(asked_),
      []() -> absl::StatusOr<std::unique_ptr<SocketSource>> {
        return absl::UnavailableError("no reader");
      },
      ProcFiles("/proc/thread-self"));
  watched_[1].netns.name = "b";
  ASSERT_TRUE(
      source
          .ForEach({TcpStateSet::All(), watched_}, Deadline::After(std::chrono::seconds(60)), *this)
          .ok());
  EXPECT_THAT(failures_, ElementsAre(Pair(1u, absl::UnavailableError("b: no reader"))));
}

TEST_F(EachNamespaceSourceTest, OneThatCannotBeEnteredCostsNoOther) {
  watched_.emplace_back().netns.name = "closed";
  watched_.back().entrance = absl::PermissionDeniedError("no");
  if (!Watch([&] { Open(SOCK_STREAM, true); })) GTEST_SKIP() << kNoNamespace;
  ASSERT_TRUE(Read().ok());
  EXPECT_THAT(read_in_, ElementsAre(Pair(0u, inodes_[0]), Pair(2u, inodes_[1])));
  EXPECT_THAT(failures_, ElementsAre(Pair(1u, absl::PermissionDeniedError("closed: no"))));
}

TEST_F(EachNamespaceSourceTest, AFailureThatASourceReportsIsThatOfItsNamespace) {
  if (!Watch([&] { Open(SOCK_STREAM, true); })) GTEST_SKIP() << kNoNamespace;
  const absl::Status half = absl::DataLossError("half of it");
  EachNamespaceSource source(
      std::make_unique<FakeSource>(asked_),
      [&] { return std::make_unique<FakeSource>(asked_, absl::OkStatus(), half); },
      ProcFiles("/proc/thread-self"));
  const auto info = source.ForEach({TcpStateSet::All(), watched_},
                                   Deadline::After(std::chrono::seconds(60)), *this);
  ASSERT_TRUE(info.ok());
  EXPECT_THAT(failures_, ElementsAre(Pair(1u, half)));
}

TEST_F(EachNamespaceSourceTest, TheOwnOneThatFailsCostsNoOther) {
  const absl::Status lost = absl::DataLossError("lost");
  EachNamespaceSource source(
      std::make_unique<FakeSource>(asked_, lost),
      [this] { return std::make_unique<FakeSource>(asked_); }, ProcFiles("/proc/thread-self"));
  const auto read = [&] {
    return source.ForEach({TcpStateSet::All(), watched_}, Deadline::After(std::chrono::seconds(60)),
                          *this);
  };
  EXPECT_EQ(read().status(), lost);
  if (!Watch([&] { Open(SOCK_STREAM, true); })) GTEST_SKIP() << kNoNamespace;
  const auto info = read();
  ASSERT_TRUE(info.ok());
  EXPECT_EQ(info->sockets, 2u);
  EXPECT_TRUE(info->knows_bound_inactive);
  EXPECT_THAT(read_in_, ElementsAre(Pair(1u, inodes_[1])));
  EXPECT_THAT(failures_, ElementsAre(Pair(0u, lost)));
}

TEST_F(EachNamespaceSourceTest, EachIsAskedForItsOwnStates) {
  if (!Watch([&] { Open(SOCK_STREAM, true); })) GTEST_SKIP() << kNoNamespace;
  const std::vector<TcpStateSet> each = {{TcpState::kListen}, {TcpState::kTimeWait}};
  ASSERT_TRUE(source_
                  .ForEach({TcpStateSet::All(), watched_, each},
                           Deadline::After(std::chrono::seconds(60)), *this)
                  .ok());
  EXPECT_EQ(asked_, each);
}

TEST_F(EachNamespaceSourceTest, WhatIsNoNamespaceIsNotEntered) {
  watched_.emplace_back().entrance = UniqueFd(open("/dev/null", O_RDONLY | O_CLOEXEC));
  ASSERT_TRUE(Read().ok());
  EXPECT_FALSE(failures_[1].ok());
  EXPECT_THAT(read_in_, ElementsAre(Pair(0u, inodes_[0])));
}

}  // namespace
}  // namespace tcp_lifecycle
