#include "collectors/kernel/replay/recording_channel.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <string>

#include "tests/unit/collectors/kernel/procfs/proc_tree.h"
#include "tests/unit/collectors/kernel/replay/recorded.h"

namespace tcp_lifecycle {
namespace {

// Gives the same answer to every request.
struct FakeKernelChannel : DiagChannel {
  absl::StatusOr<uint32_t> Request(const DumpRequest&) override {
    if (!request_status.ok()) return request_status;
    return 7;
  }
  absl::StatusOr<std::span<const std::byte>> Receive(const Deadline&) override {
    if (!receive_status.ok()) return receive_status;
    return answer;
  }
  absl::Status Reopen() override { return absl::OkStatus(); }

  absl::Status request_status, receive_status;
  Bytes answer = Message(Row({.local = "8.8.8.8", .remote = "8.8.4.4"}));
};

class RecordingChannelTest : public ::testing::Test {
 protected:
  RecordingChannel Channel(Anonymizer* anonymizer = nullptr) {
    return {std::unique_ptr<DiagChannel>(kernel_), tree_.Path("").string(), anonymizer};
  }
  std::string Recorded() { return tree_.files().Read("listen.nl").value(); }

  static constexpr DumpRequest kListen = {.name = "listen", .states = {TcpState::kListen}};
  ProcTree tree_;
  FakeKernelChannel* kernel_ = new FakeKernelChannel;  // owned by the channel
};

TEST_F(RecordingChannelTest, WritesEachAnswerAndHandsItOn) {
  RecordingChannel channel = Channel();
  EXPECT_EQ(channel.Request(kListen).value(), 7u);
  for (int i = 0; i < 2; ++i) {
    const auto answer = channel.Receive(Soon());
    ASSERT_TRUE(answer.ok()) << answer.status();
    EXPECT_EQ(Bytes(answer->begin(), answer->end()), kernel_->answer);
  }
  EXPECT_EQ(Recorded(), DatagramFile({kernel_->answer, kernel_->answer}));
}

TEST_F(RecordingChannelTest, AnonymizedOnlyWhatIsWrittenChanges) {
  Anonymizer anonymizer;
  RecordingChannel channel = Channel(&anonymizer);
  ASSERT_TRUE(channel.Request(kListen).ok());
  const auto answer = channel.Receive(Soon());
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(Bytes(answer->begin(), answer->end()), kernel_->answer);
  EXPECT_EQ(Recorded(),
            DatagramFile({Message(Row({.local = "240.0.0.1", .remote = "240.0.0.2"}))}));
}

TEST_F(RecordingChannelTest, RequestThatCannotBeSentLeavesNoFile) {
  RecordingChannel channel = Channel();
  kernel_->request_status = absl::UnavailableError("Connection refused");
  EXPECT_EQ(channel.Request(kListen).status(), kernel_->request_status);
  EXPECT_FALSE(std::filesystem::exists(tree_.Path("listen.nl")));
}

TEST_F(RecordingChannelTest, FileThatCannotBeMadeIsTold) {
  tree_.Write("listen.nl", "old");
  RecordingChannel channel = Channel();
  EXPECT_TRUE(absl::IsAlreadyExists(channel.Request(kListen).status()));
  EXPECT_EQ(Recorded(), "old");
}

TEST_F(RecordingChannelTest, AnAnswerThatDoesNotComeIsNotWritten) {
  RecordingChannel channel = Channel();
  ASSERT_TRUE(channel.Request(kListen).ok());
  kernel_->receive_status = absl::DataLossError("ENOBUFS");
  EXPECT_EQ(channel.Receive(Soon()).status(), kernel_->receive_status);
  EXPECT_EQ(Recorded(), DatagramFile({}));
}

}  // namespace
}  // namespace tcp_lifecycle
