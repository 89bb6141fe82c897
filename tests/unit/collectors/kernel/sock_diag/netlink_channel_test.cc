#include "collectors/kernel/sock_diag/netlink_channel.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/rtnetlink.h>

#include <array>
#include <chrono>

#include "tests/unit/collectors/kernel/frequent_signals.h"
#include "tests/unit/collectors/kernel/new_namespace.h"
#include "tests/unit/collectors/kernel/no_more_files.h"
#include "tests/unit/collectors/kernel/sock_diag/messages.h"

namespace tcp_lifecycle {
namespace {

Deadline In(int ms) { return Deadline::After(std::chrono::milliseconds(ms)); }

absl::StatusOr<UniqueFd> CannotOpen() { return absl::UnavailableError("no socket for a test"); }

// Two ends of which the channel reads one and the test plays the kernel at the other.
struct Pair {
  Pair() {
    std::array<int, 2> ends = {-1, -1};
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, ends.data()), 0);
    channel_end = UniqueFd(ends[0]);
    kernel_end = UniqueFd(ends[1]);
  }
  void Answer(const Bytes& datagram) const {
    EXPECT_EQ(send(kernel_end.get(), datagram.data(), datagram.size(), 0),
              static_cast<ssize_t>(datagram.size()));
  }
  UniqueFd channel_end;
  UniqueFd kernel_end;
};

TEST(NetlinkChannel, HandsOutOneDatagramAfterTheOther) {
  Pair pair;
  pair.Answer(Bytes());
  pair.Answer(Bytes(3));
  pair.Answer(Bytes(32768));
  NetlinkChannel channel(std::move(pair.channel_end), CannotOpen);
  EXPECT_EQ(channel.Receive(In(1000))->size(), 0u);
  EXPECT_EQ(channel.Receive(In(1000))->size(), 3u);
  EXPECT_EQ(channel.Receive(In(1000))->size(), 32768u);
}

TEST(NetlinkChannel, SilenceEndsAtTheDeadline) {
  Pair pair;
  NetlinkChannel channel(std::move(pair.channel_end), CannotOpen);
  const auto start = Deadline::Clock::now();
  EXPECT_TRUE(absl::IsDeadlineExceeded(channel.Receive(In(30)).status()));
  EXPECT_GE(Deadline::Clock::now() - start, std::chrono::milliseconds(30));
}

TEST(NetlinkChannel, PassedDeadlineReadsNothing) {
  Pair pair;
  pair.Answer(Bytes(3));
  NetlinkChannel channel(std::move(pair.channel_end), CannotOpen);
  EXPECT_TRUE(absl::IsDeadlineExceeded(channel.Receive(In(0)).status()));
}

TEST(NetlinkChannel, CutDatagramIsDataLoss) {
  Pair pair;
  pair.Answer(Bytes(32769));
  NetlinkChannel channel(std::move(pair.channel_end), CannotOpen);
  EXPECT_EQ(channel.Receive(In(1000)).status(),
            absl::DataLossError("an answer was longer than 32768 bytes and was cut"));
}

TEST(NetlinkChannel, SignalDoesNotEndTheWait) {
  const FrequentSignals signals;
  Pair pair;
  NetlinkChannel channel(std::move(pair.channel_end), CannotOpen);
  EXPECT_TRUE(absl::IsDeadlineExceeded(channel.Receive(In(40)).status()));
}

TEST(NetlinkChannel, IgnoresWhatOtherProcessesSend) {
  UniqueFd ours(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_USERSOCK));
  UniqueFd theirs(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_USERSOCK));
  sockaddr_nl address = {};
  address.nl_family = AF_NETLINK;
  ASSERT_EQ(bind(ours.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  socklen_t size = sizeof address;
  ASSERT_EQ(getsockname(ours.get(), reinterpret_cast<sockaddr*>(&address), &size), 0);
  // Longer than the buffer: not even the loss of a part of it matters.
  const Bytes forged(40'000);
  if (sendto(theirs.get(), forged.data(), forged.size(), 0,
             reinterpret_cast<const sockaddr*>(&address), sizeof address) < 0) {
    GTEST_SKIP() << "SKIPPED: may not send to another netlink socket";
  }
  NetlinkChannel channel(std::move(ours), CannotOpen);
  EXPECT_TRUE(absl::IsDeadlineExceeded(channel.Receive(In(20)).status()));
}

TEST(NetlinkChannel, OverrunIsDataLoss) {
  const bool permitted = InNewNamespace([] {
    // The route family tells every change of a link; too many of them for the smallest buffer.
    UniqueFd changes(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE));
    sockaddr_nl links = {};
    links.nl_family = AF_NETLINK;
    links.nl_groups = RTMGRP_LINK;
    ASSERT_EQ(bind(changes.get(), reinterpret_cast<const sockaddr*>(&links), sizeof links), 0);
    const int smallest = 1;
    setsockopt(changes.get(), SOL_SOCKET, SO_RCVBUF, &smallest, sizeof smallest);
    for (int i = 0; i < 50; ++i) ASSERT_TRUE(SetLoopback(0) && SetLoopback(IFF_UP));
    NetlinkChannel channel(std::move(changes), CannotOpen);
    EXPECT_EQ(channel.Receive(In(1000)).status(),
              absl::DataLossError("the kernel dropped answers (ENOBUFS)"));
  });
  if (!permitted) GTEST_SKIP() << kNoNamespace;
}

TEST(NetlinkChannel, FailureToSendIsTold) {
  Pair pair;
  pair.kernel_end = UniqueFd();
  NetlinkChannel channel(std::move(pair.channel_end), CannotOpen);
  const absl::StatusOr<uint32_t> sequence =
      channel.Request({.name = "listen", .states = {TcpState::kListen}});
  EXPECT_EQ(sequence.status().message(), "sending the request: Connection refused");
}

TEST(NetlinkChannel, FailureToReceiveIsTold) {
  NetlinkChannel channel(UniqueFd(open("/dev/null", O_RDONLY | O_CLOEXEC)), CannotOpen);
  EXPECT_EQ(channel.Receive(In(1000)).status().message(),
            "receiving an answer: Socket operation on non-socket");
}

TEST(NetlinkChannel, SocketThatCannotBeOpenedIsTold) {
  absl::Status status;
  WithNoMoreFiles([&] { status = OpenSockDiagSocket().status(); });
  EXPECT_EQ(status.message(), "socket(AF_NETLINK, NETLINK_SOCK_DIAG): Too many open files");
}

TEST(NetlinkChannel, EachRequestHasItsOwnSequenceNumber) {
  Pair pair;
  NetlinkChannel channel(std::move(pair.channel_end), CannotOpen);
  const DumpRequest request = {.name = "listen", .states = {TcpState::kListen}};
  const absl::StatusOr<uint32_t> first = channel.Request(request);
  const absl::StatusOr<uint32_t> second = channel.Request(request);
  ASSERT_TRUE(first.ok() && second.ok());
  EXPECT_NE(*first, *second);
}

TEST(NetlinkChannel, ReopenForgetsWhatIsOnItsWay) {
  Pair old;
  Pair fresh;
  old.Answer(Bytes(3));
  NetlinkChannel channel(std::move(old.channel_end), [&]() -> absl::StatusOr<UniqueFd> {
    return std::move(fresh.channel_end);
  });
  ASSERT_TRUE(channel.Reopen().ok());
  fresh.Answer(Bytes(5));
  EXPECT_EQ(channel.Receive(In(1000))->size(), 5u);
}

TEST(NetlinkChannel, FailureToReopenIsTold) {
  Pair pair;
  NetlinkChannel channel(std::move(pair.channel_end), CannotOpen);
  EXPECT_EQ(channel.Reopen().message(), "no socket for a test");
}

}  // namespace
}  // namespace tcp_lifecycle
