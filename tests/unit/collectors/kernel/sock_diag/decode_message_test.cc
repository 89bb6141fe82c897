#include "collectors/kernel/sock_diag/decode_message.h"

#include <gtest/gtest.h>
#include <linux/sock_diag.h>

#include <array>
#include <utility>

#include "tests/unit/collectors/kernel/sock_diag/messages.h"

namespace tcp_lifecycle {
namespace {

Socket Decode(const RowOptions& options) {
  Socket socket;
  EXPECT_EQ(DecodeSocket(Row(options), socket), RowResult::kWhole);
  return socket;
}

Bytes Memory(size_t values) {
  Bytes bytes;
  for (uint32_t i = 0; i < values; ++i) bytes = bytes + BytesOf(uint32_t{100 + i});
  return bytes;
}

TEST(DecodeSocket, ReadsAddressesPortsAndInterface) {
  const Socket socket = Decode({.local = "192.0.2.1",
                                .remote = "192.0.2.2",
                                .local_port = 8080,
                                .remote_port = 40000,
                                .interface = 3});
  EXPECT_EQ(ToString(socket.local_address), "192.0.2.1");
  EXPECT_EQ(ToString(socket.remote_address), "192.0.2.2");
  EXPECT_EQ(socket.local_port, 8080);
  EXPECT_EQ(socket.remote_port, 40000);
  EXPECT_EQ(socket.scope, 3u);
  EXPECT_EQ(socket.family, Family::kIpv4);
  EXPECT_EQ(socket.role, Role::kUnknown);
}

TEST(DecodeSocket, ReadsIpv6Addresses) {
  const Socket socket =
      Decode({.family = AF_INET6, .local = "2001:db8::1", .remote = "2001:db8::2"});
  EXPECT_EQ(ToString(socket.local_address), "2001:db8::1");
  EXPECT_EQ(ToString(socket.remote_address), "2001:db8::2");
  EXPECT_EQ(socket.family, Family::kIpv6);
}

TEST(DecodeSocket, MappedAddressesAreIpv4) {
  const Socket mapped =
      Decode({.family = AF_INET6, .local = "::ffff:10.0.0.1", .remote = "::ffff:10.0.0.2"});
  const Socket plain = Decode({.local = "10.0.0.1", .remote = "10.0.0.2"});
  EXPECT_EQ(mapped.family, Family::kIpv4);
  EXPECT_EQ(mapped.local_address, plain.local_address);
  EXPECT_EQ(mapped.remote_address, plain.remote_address);
}

TEST(DecodeSocket, KnowsEveryStateOfTheKernel) {
  const std::array<std::pair<uint8_t, TcpState>, 13> states = {{
      {1, TcpState::kEstablished},
      {2, TcpState::kSynSent},
      {3, TcpState::kSynRecv},
      {4, TcpState::kFinWait1},
      {5, TcpState::kFinWait2},
      {6, TcpState::kTimeWait},
      {7, TcpState::kBoundInactive},
      {8, TcpState::kCloseWait},
      {9, TcpState::kLastAck},
      {10, TcpState::kListen},
      {11, TcpState::kClosing},
      {12, TcpState::kSynRecv},
      {13, TcpState::kBoundInactive},
  }};
  for (const auto& [number, state] : states) EXPECT_EQ(Decode({.state = number}).state, state);
}

TEST(DecodeSocket, TellsAStateItHasNoNameFor) {
  Socket socket;
  EXPECT_EQ(DecodeSocket(Row({.state = 0}), socket), RowResult::kUnknownState);
  EXPECT_EQ(DecodeSocket(Row({.state = 14}), socket), RowResult::kUnknownState);
}

TEST(DecodeSocket, NamesTheTimers) {
  EXPECT_EQ(Decode({.timer = 0}).timer, Timer::kNone);
  EXPECT_EQ(Decode({.timer = 1}).timer, Timer::kRetransmit);
  EXPECT_EQ(Decode({.timer = 2}).timer, Timer::kKeepalive);
  EXPECT_EQ(Decode({.state = 6, .timer = 3, .inode = 0}).timer, Timer::kTimeWait);
  EXPECT_EQ(Decode({.timer = 4}).timer, Timer::kZeroWindow);
  EXPECT_EQ(Decode({.timer = 5}).timer, Timer::kNone);
}

TEST(DecodeSocket, OrphansInFinWait2RunTheFinWait2Timer) {
  EXPECT_EQ(Decode({.state = 5, .timer = 3, .inode = 0}).timer, Timer::kFinWait2);
  EXPECT_EQ(Decode({.state = 5, .timer = 2, .inode = 0}).timer, Timer::kFinWait2);
}

TEST(DecodeSocket, FinWait2WithAnOwnerMayRunKeepalive) {
  EXPECT_EQ(Decode({.state = 5, .timer = 2, .inode = 4711}).timer, Timer::kKeepalive);
}

TEST(DecodeSocket, UnacceptedConnectionMayRunKeepalive) {
  EXPECT_EQ(Decode({.state = 1, .timer = 2, .inode = 0}).timer, Timer::kKeepalive);
}

TEST(DecodeSocket, RemainingTimeIsTheKernelsMilliseconds) {
  EXPECT_EQ(Decode({.timer = 2, .expires = 7200000}).remaining_ms, 7200000u);
  EXPECT_EQ(Decode({.timer = 0, .expires = 7200000}).remaining_ms, 0u);
  EXPECT_EQ(Decode({.timer = 2, .expires = INT32_MAX}).remaining_ms, uint32_t{INT32_MAX});
}

TEST(DecodeSocket, TimerThatIsOverdueHasNothingLeft) {
  EXPECT_EQ(Decode({.timer = 2, .expires = static_cast<uint32_t>(-4)}).remaining_ms, 0u);
}

TEST(DecodeSocket, CountsRetransmits) {
  EXPECT_EQ(Decode({.timer = 1, .retransmits = 5}).retransmits, 5);
}

TEST(DecodeSocket, ConnectionWithoutInodeIsUnaccepted) {
  EXPECT_EQ(Decode({.state = 1, .inode = 0}).flags, kUnaccepted);
  EXPECT_EQ(Decode({.state = 8, .inode = 0}).flags, kUnaccepted);
  EXPECT_EQ(Decode({.state = 1, .inode = 4711}).flags, 0);
}

TEST(DecodeSocket, OrphansAreNotUnaccepted) {
  for (const uint8_t state : std::array<uint8_t, 6>{3, 4, 5, 6, 9, 11}) {
    EXPECT_EQ(Decode({.state = state, .inode = 0}).flags, 0) << int{state};
  }
}

TEST(DecodeSocket, FindsTheCgroupBehindAttributesItDoesNotKnow) {
  const Bytes row = Row() + Attribute(200, Bytes(3)) +
                    Attribute(INET_DIAG_CGROUP_ID, BytesOf(uint64_t{0x1234567890}));
  Socket socket;
  EXPECT_EQ(DecodeSocket(row, socket), RowResult::kWhole);
  EXPECT_EQ(socket.cgroup, 0x1234567890u);
}

TEST(DecodeSocket, KeepsTheRowWhenAnAttributeLies) {
  const Bytes row = Row({.local_port = 99}) + BytesOf(nlattr{.nla_len = 400, .nla_type = 1});
  Socket socket;
  EXPECT_EQ(DecodeSocket(row, socket), RowResult::kBadAttributes);
  EXPECT_EQ(socket.local_port, 99);
}

TEST(DecodeSocket, AttributeTooShortForItsValueIsNotRead) {
  const Bytes row = Row() + Attribute(INET_DIAG_CGROUP_ID, Bytes(4, std::byte{1}));
  Socket socket;
  EXPECT_EQ(DecodeSocket(row, socket), RowResult::kWhole);
  EXPECT_EQ(socket.cgroup, 0u);
}

TEST(DecodeSocket, EveryTruncationOfARowIsMalformed) {
  const Bytes row = Row();
  for (size_t size = 0; size < row.size(); ++size) {
    Socket socket;
    EXPECT_EQ(DecodeSocket(std::span(row).first(size), socket), RowResult::kMalformed) << size;
  }
}

TEST(DecodeSocket, FamilyThatIsNotIpIsMalformed) {
  Socket socket;
  EXPECT_EQ(DecodeSocket(Row({.family = AF_UNIX}), socket), RowResult::kMalformed);
}

TEST(DecodeSocket, LeavesNothingOfTheRowBefore) {
  Socket reused;
  ASSERT_EQ(DecodeSocket(Row({.family = AF_INET6,
                              .timer = 1,
                              .retransmits = 3,
                              .local = "2001:db8::1",
                              .interface = 9,
                              .expires = 5,
                              .inode = 0}) +
                             Attribute(INET_DIAG_CGROUP_ID, BytesOf(uint64_t{1})),
                         reused),
            RowResult::kWhole);
  reused.role = Role::kInbound;
  reused.namespace_index = 4;
  ASSERT_EQ(DecodeSocket(Row(), reused), RowResult::kWhole);
  const Socket fresh = Decode({});
  EXPECT_EQ(std::memcmp(&reused, &fresh, sizeof fresh), 0);
}

TEST(DecodeListener, QueuesAreConnections) {
  Listener listener;
  EXPECT_EQ(DecodeListener(Row({.state = 10, .rqueue = 6, .wqueue = 5}), listener),
            RowResult::kWhole);
  EXPECT_EQ(listener.socket.state, TcpState::kListen);
  EXPECT_EQ(listener.accept_queue, 6u);
  EXPECT_EQ(listener.backlog, 5u);
}

TEST(DecodeListener, OfARowThatIsNoneNothingIsTaken) {
  for (const auto& [row, result] :
       {std::pair(Row({.state = 14, .rqueue = 6}), RowResult::kUnknownState),
        std::pair(Row({.family = AF_UNIX, .state = 10, .rqueue = 6}), RowResult::kMalformed)}) {
    Listener listener;
    EXPECT_EQ(DecodeListener(row, listener), result);
    EXPECT_EQ(listener.accept_queue, 0u);
    EXPECT_EQ(listener.backlog, std::nullopt);
  }
}

TEST(DecodeListener, ReadsDropsFromTheMemoryFigures) {
  Listener listener;
  const Bytes row = Row({.state = 10}) + Attribute(INET_DIAG_SKMEMINFO, Memory(SK_MEMINFO_VARS));
  EXPECT_EQ(DecodeListener(row, listener), RowResult::kWhole);
  EXPECT_EQ(listener.drops, 100u + SK_MEMINFO_DROPS);
}

TEST(DecodeListener, DropsOfAKernelThatDoesNotTellThemAreUnknown) {
  Listener listener;
  const Bytes row = Row({.state = 10}) + Attribute(INET_DIAG_SKMEMINFO, Memory(SK_MEMINFO_DROPS));
  EXPECT_EQ(DecodeListener(row, listener), RowResult::kWhole);
  EXPECT_EQ(listener.drops, std::nullopt);
}

TEST(DecodeListener, TellsWhetherIpv4IsTakenToo) {
  for (const bool v6_only : {false, true}) {
    Listener listener;
    const Bytes row = Row({.family = AF_INET6, .state = 10, .local = "::", .remote = "::"}) +
                      Attribute(INET_DIAG_SKV6ONLY, BytesOf(uint8_t{v6_only}));
    EXPECT_EQ(DecodeListener(row, listener), RowResult::kWhole);
    EXPECT_EQ(listener.socket.flags, v6_only ? kV6Only : 0);
  }
}

TEST(DecodeSocket, TellsOfABoundOneWhetherIpv4IsMeantToo) {
  Socket socket;
  const Bytes row = Row({.family = AF_INET6, .state = 7, .local = "::", .remote = "::"}) +
                    Attribute(INET_DIAG_SKV6ONLY, BytesOf(uint8_t{1}));
  EXPECT_EQ(DecodeSocket(row, socket), RowResult::kWhole);
  EXPECT_EQ(socket.state, TcpState::kBoundInactive);
  EXPECT_EQ(socket.flags, kV6Only);
}

}  // namespace
}  // namespace tcp_lifecycle
