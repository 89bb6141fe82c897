// The recording of every state (tests/fixtures/make_every_state.py), by both of its sources.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <filesystem>
#include <map>
#include <tuple>

#include "collectors/kernel/replay/replay_source.h"
#include "tests/unit/collectors/kernel/procfs/proc_tree.h"
#include "tests/unit/collectors/kernel/replay/recorded.h"

namespace tcp_lifecycle {
namespace {

constexpr char kEveryState[] = TLE_FIXTURES "/replay/every_state";

Kept Replayed(const std::string& dir) {
  Kept kept;
  const absl::StatusOr<Replay> replay = OpenReplay(dir);
  EXPECT_TRUE(replay.ok()) << replay.status();
  if (!replay.ok()) return kept;
  const absl::StatusOr<PassInfo> info = replay->sockets->ForEach({}, Soon(), kept);
  EXPECT_TRUE(info.ok()) << info.status();
  if (info.ok()) {
    EXPECT_EQ(info->malformed + info->unknown_states, 0u);
  }
  return kept;
}

// The connections of the same recording without its dumps.
Kept ReplayedFromProc() {
  ProcTree tree;
  std::filesystem::copy(std::string(kEveryState) + "/proc", tree.Path("proc"),
                        std::filesystem::copy_options::recursive);
  return Replayed(tree.Path("").string());
}

size_t Count(const Kept& kept, auto condition) {
  return static_cast<size_t>(std::count_if(kept.sockets.begin(), kept.sockets.end(), condition));
}

TEST(EveryState, HasEachStateAndTimer) {
  const Kept kept = Replayed(kEveryState);
  std::array<int, kTcpStateCount> states = {};
  std::array<int, kTimerCount> timers = {};
  for (const Socket& socket : kept.sockets) {
    ++states[static_cast<size_t>(socket.state)];
    ++timers[static_cast<size_t>(socket.timer)];
  }
  for (size_t i = 0; i < kTcpStateCount; ++i) {
    const auto state = static_cast<TcpState>(i);
    EXPECT_EQ(states[i] > 0, state != TcpState::kListen) << Name(state);
  }
  EXPECT_EQ(states[static_cast<size_t>(TcpState::kTimeWait)], 5);
  EXPECT_EQ(states[static_cast<size_t>(TcpState::kFinWait2)], 3);
  EXPECT_EQ(timers[static_cast<size_t>(Timer::kTimeWait)], 5);
  EXPECT_EQ(timers[static_cast<size_t>(Timer::kFinWait2)], 2) << "both orphans";
  EXPECT_EQ(timers[static_cast<size_t>(Timer::kKeepalive)], 4);
  EXPECT_EQ(timers[static_cast<size_t>(Timer::kZeroWindow)], 1);
}

TEST(EveryState, TellsListenersApart) {
  const Kept kept = Replayed(kEveryState);
  std::map<uint16_t, std::vector<Listener>> by_port;
  for (const Listener& listener : kept.listeners) {
    by_port[listener.socket.local_port].push_back(listener);
  }
  EXPECT_EQ(by_port[8080].size(), 3u);
  ASSERT_EQ(by_port[8081].size(), 1u);
  EXPECT_NE(by_port[8081][0].socket.scope, 0u) << "bound to a device";
  ASSERT_EQ(by_port[8082].size(), 1u);
  EXPECT_EQ(by_port[8082][0].socket.flags, kV6Only);
  ASSERT_EQ(by_port[9000].size(), 1u);
  EXPECT_EQ(by_port[9000][0].accept_queue, 3u);
  EXPECT_EQ(by_port[9000][0].backlog, 2u);
  EXPECT_EQ(by_port[9000][0].drops, 1u);
}

TEST(EveryState, OnlyConnectionsInTheAcceptQueueAreUnaccepted) {
  const Kept kept = Replayed(kEveryState);
  EXPECT_EQ(Count(kept, [](const Socket& s) { return s.flags == kUnaccepted; }), 3u);
  EXPECT_EQ(
      Count(kept, [](const Socket& s) { return s.flags == kUnaccepted && s.local_port == 9000; }),
      3u);
}

TEST(EveryState, TimersAreMilliseconds) {
  for (const Socket& socket : Replayed(kEveryState).sockets) {
    if (socket.timer == Timer::kTimeWait) {
      // The recording waited for less than seven seconds after the closes.
      EXPECT_GT(socket.remaining_ms, 53'000u);
      EXPECT_LE(socket.remaining_ms, 60'000u);
    }
    if (socket.timer == Timer::kNone) {
      EXPECT_EQ(socket.remaining_ms, 0u);
    }
  }
}

TEST(EveryState, ProcAndDumpsGiveTheSameConnections) {
  using Key = std::tuple<IpAddress, uint16_t, IpAddress, uint16_t, TcpState, Timer, Family>;
  const auto keys = [](const Kept& kept) {
    std::vector<Key> all;
    for (const Socket& s : kept.sockets) {
      if (s.state == TcpState::kBoundInactive) continue;  // /proc does not show them
      all.emplace_back(s.local_address, s.local_port, s.remote_address, s.remote_port, s.state,
                       s.timer, s.family);
    }
    return all;
  };
  EXPECT_THAT(keys(ReplayedFromProc()),
              ::testing::UnorderedElementsAreArray(keys(Replayed(kEveryState))));
}

TEST(EveryState, ProcAndDumpsGiveTheSameListeners) {
  using Key = std::tuple<IpAddress, uint16_t, uint32_t>;
  const auto keys = [](const Kept& kept) {
    std::vector<Key> all;
    for (const Listener& listener : kept.listeners) {
      all.emplace_back(listener.socket.local_address, listener.socket.local_port,
                       listener.accept_queue);
    }
    return all;
  };
  EXPECT_THAT(keys(ReplayedFromProc()),
              ::testing::UnorderedElementsAreArray(keys(Replayed(kEveryState))));
}

}  // namespace
}  // namespace tcp_lifecycle
