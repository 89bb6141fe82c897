#include "collectors/kernel/replay/replay_channel.h"

#include <gtest/gtest.h>

#include "tests/unit/collectors/kernel/replay/recorded.h"

namespace tcp_lifecycle {
namespace {

constexpr DumpRequest kListen = {.name = "listen", .states = {TcpState::kListen}};

ReplayChannel Channel(const std::vector<Bytes>& datagrams) {
  absl::StatusOr<RecordedDump> dump = RecordedDump::Parse(DatagramFile(datagrams));
  EXPECT_TRUE(dump.ok()) << dump.status();
  ReplayChannel::Dumps dumps;
  dumps.emplace("listen", *std::move(dump));
  return ReplayChannel(std::move(dumps));
}

TEST(ReplayChannel, AnswersUnderTheRecordedSequenceNumber) {
  ReplayChannel channel = Channel({Done(0, 4711)});
  EXPECT_EQ(channel.Request(kListen).value(), 4711u);
}

TEST(ReplayChannel, GivesTheSameDatagramsToEveryRequest) {
  ReplayChannel channel = Channel({Bytes(20), Bytes(24)});
  for (int pass = 0; pass < 2; ++pass) {
    ASSERT_TRUE(channel.Request(kListen).ok());
    EXPECT_EQ(channel.Receive(Soon())->size(), 20u);
    EXPECT_EQ(channel.Receive(Soon())->size(), 24u);
  }
}

TEST(ReplayChannel, EndOfTheRecordingIsDataLoss) {
  ReplayChannel channel = Channel({});
  ASSERT_TRUE(channel.Request(kListen).ok());
  EXPECT_EQ(channel.Receive(Soon()).status(),
            absl::DataLossError("the recording ends before the kernel's last answer"));
}

TEST(ReplayChannel, DumpThatWasNotRecordedIsNotFound) {
  ReplayChannel channel = Channel({});
  EXPECT_EQ(channel.Request({.name = "rest", .states = {TcpState::kTimeWait}}).status(),
            absl::NotFoundError("the recording has no rest.nl"));
}

}  // namespace
}  // namespace tcp_lifecycle
