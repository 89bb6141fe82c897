#include "collectors/kernel/sock_diag/lookup.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/sock_diag.h>
#include <sys/socket.h>

#include <algorithm>
#include <deque>
#include <string>
#include <variant>
#include <vector>

#include "tests/unit/builders.h"
#include "tests/unit/collectors/kernel/new_namespace.h"
#include "tests/unit/collectors/kernel/no_more_files.h"
#include "tests/unit/collectors/kernel/sock_diag/messages.h"

namespace tcp_lifecycle {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

Deadline Soon() { return Deadline::After(std::chrono::seconds(10)); }

// Answers in order, whatever it is asked.
class ScriptedChannel : public DiagChannel {
 public:
  using Step = std::variant<Bytes, absl::Status>;

  absl::StatusOr<uint32_t> Request(const DumpRequest& request) override {
    requests.emplace_back(request.name);
    if (!request_status.ok()) return request_status;
    return 7;
  }
  absl::StatusOr<uint32_t> RequestOne(const LookupRequest& request) override {
    asked = request;
    if (!request_status.ok()) return request_status;
    return 7;
  }
  absl::StatusOr<std::span<const std::byte>> Receive(const Deadline&) override {
    if (answers.empty()) return absl::DeadlineExceededError("silence");
    const Step step = answers.front();
    answers.pop_front();
    if (const auto* failure = std::get_if<absl::Status>(&step)) return *failure;
    datagram_ = std::get<Bytes>(step);
    return datagram_;
  }
  absl::Status Reopen() override {
    ++reopened;
    return absl::OkStatus();
  }

  std::deque<Step> answers;
  std::vector<std::string> requests;
  LookupRequest asked;
  absl::Status request_status;
  int reopened = 0;

 private:
  Bytes datagram_;
};

class SockDiagLookupTest : public testing::Test {
 protected:
  absl::StatusOr<std::optional<FoundSocket>> Find() {
    Socket socket = MakeSocket(TcpState::kEstablished, "10.0.0.1", 80, "10.0.0.2", 55555);
    socket.scope = 3;
    return lookup_.Find(socket, Soon());
  }
  static Bytes Answer(const RowOptions& row = {}, uint32_t sequence = 7) {
    return Message(Row(row), {.type = SOCK_DIAG_BY_FAMILY, .flags = 0, .sequence = sequence});
  }

  ScriptedChannel* channel_ = new ScriptedChannel;  // owned by lookup_
  SockDiagLookup lookup_{std::unique_ptr<DiagChannel>(channel_), true};
};

TEST_F(SockDiagLookupTest, AsksByTheEndpointsAndTheScope) {
  channel_->answers = {Answer({.timer = 2, .expires = 5000})};
  const auto found = Find();
  ASSERT_TRUE(found.ok() && found->has_value());
  EXPECT_EQ((*found)->socket.remaining_ms, 5000u);
  EXPECT_EQ(ToString(channel_->asked.local_address), "10.0.0.1");
  EXPECT_EQ(channel_->asked.remote_port, 55555);
  EXPECT_EQ(channel_->asked.scope, 3u);
}

TEST_F(SockDiagLookupTest, WhatTheKernelDoesNotHaveIsNotFound) {
  channel_->answers = {Error(-ENOENT)};
  EXPECT_EQ(Find().value(), std::nullopt);
}

TEST_F(SockDiagLookupTest, ListenerThatStandsInIsNotFound) {
  channel_->answers = {
      Answer({.state = 10, .local = "0.0.0.0", .remote = "0.0.0.0", .remote_port = 0})};
  EXPECT_EQ(Find().value(), std::nullopt);
}

TEST_F(SockDiagLookupTest, LateAnswerToAnEarlierRequestIsSkipped) {
  channel_->answers = {Answer({.local_port = 81}, 6), Answer()};
  ASSERT_TRUE(Find().value().has_value());
}

TEST_F(SockDiagLookupTest, WhatIsNoAnswerIsSkipped) {
  channel_->answers = {Error(0),
                       Message(BytesOf(int32_t{-EPERM}), {.type = NLMSG_NOOP}) + Answer()};
  ASSERT_TRUE(Find().value().has_value());
}

TEST_F(SockDiagLookupTest, RowThatMakesNoSenseIsAnError) {
  const Bytes cut = Message(Bytes(20), {.type = SOCK_DIAG_BY_FAMILY});
  for (const Bytes& answer : {Answer({.state = 14}), cut}) {
    channel_->answers = {answer};
    EXPECT_EQ(Find().status(), absl::DataLossError("sock_diag lookup: a row that makes no sense"));
  }
}

TEST_F(SockDiagLookupTest, RequestThatCannotBeSentIsAnError) {
  channel_->request_status = absl::UnavailableError("Connection refused");
  EXPECT_EQ(Find().status(), absl::UnavailableError("sock_diag lookup: Connection refused"));
  EXPECT_EQ(lookup_.First(TcpStateSet::All(), 64, Soon()).status(),
            absl::UnavailableError("sock_diag check_ipv4: Connection refused"));
}

TEST_F(SockDiagLookupTest, RefusalSilenceAndGarbageAreErrors) {
  channel_->answers = {Error(-EPERM)};
  EXPECT_TRUE(absl::IsPermissionDenied(Find().status()));
  EXPECT_TRUE(absl::IsDeadlineExceeded(Find().status()));
  channel_->answers = {Header(4096)};
  EXPECT_TRUE(absl::IsDataLoss(Find().status()));
}

TEST_F(SockDiagLookupTest, FirstRowsEndWithTheDump) {
  channel_->answers = {Message(Row()) + Message(Row({.local_port = 81})) + Done()};
  EXPECT_THAT(lookup_.First(TcpStateSet::All(), 64, Soon()).value(), SizeIs(2));
  EXPECT_EQ(channel_->reopened, 0);
}

TEST_F(SockDiagLookupTest, FirstRowsAreOfThisRequestAndMakeSense) {
  channel_->answers = {Message(Row(), {.sequence = 6}) + Message(Row({.state = 14})) +
                       Message(Bytes(20)) + Message(Row({.local_port = 81})) + Done()};
  const auto first = lookup_.First(TcpStateSet::All(), 64, Soon());
  ASSERT_TRUE(first.ok()) << first.status();
  ASSERT_THAT(*first, SizeIs(1));
  EXPECT_EQ(first->front().socket.local_port, 81);
}

TEST_F(SockDiagLookupTest, DumpThatEndsInGarbageOrSilenceIsNotAskedForByFamily) {
  channel_->answers = {Message(Row()) + Header(4096)};
  EXPECT_TRUE(absl::IsDataLoss(lookup_.First(TcpStateSet::All(), 64, Soon()).status()));
  EXPECT_TRUE(absl::IsDeadlineExceeded(lookup_.First(TcpStateSet::All(), 64, Soon()).status()));
  EXPECT_THAT(channel_->requests, testing::ElementsAre("check", "check"));
}

TEST_F(SockDiagLookupTest, LongDumpIsLeftUnread) {
  const Bytes datagram = Message(Row()) + Message(Row()) + Message(Row());
  channel_->answers = {datagram, datagram, datagram};
  EXPECT_THAT(lookup_.First(TcpStateSet::All(), 4, Soon()).value(), SizeIs(6));
  EXPECT_THAT(channel_->answers, SizeIs(1));
  EXPECT_EQ(channel_->reopened, 1);
}

TEST_F(SockDiagLookupTest, NothingIsReadBeyondTheRowsThatAreWanted) {
  channel_->answers = {Message(Row()) + Message(Row()), Message(Row())};
  EXPECT_THAT(lookup_.First(TcpStateSet::All(), 2, Soon()).value(), SizeIs(2));
  EXPECT_THAT(channel_->answers, SizeIs(1));
}

TEST_F(SockDiagLookupTest, RefusedLegacyDumpIsAskedForByFamily) {
  channel_->answers = {Error(-ENOENT), Message(Row()) + Done(), Done()};
  EXPECT_THAT(lookup_.First(TcpStateSet::All(), 64, Soon()).value(), SizeIs(1));
  EXPECT_THAT(channel_->requests, testing::ElementsAre("check", "check_ipv4", "check_ipv6"));
}

TEST_F(SockDiagLookupTest, LongDumpsByFamilyAreLeftUnreadAsWell) {
  const Bytes datagram = Message(Row()) + Message(Row());
  channel_->answers = {Error(-ENOENT), datagram, datagram, datagram};
  EXPECT_THAT(lookup_.First(TcpStateSet::All(), 2, Soon()).value(), SizeIs(4));
  EXPECT_THAT(channel_->answers, SizeIs(1));
  EXPECT_EQ(channel_->reopened, 2);
}

TEST_F(SockDiagLookupTest, ADumpByFamilyThatIsRefusedAsWellIsAnError) {
  for (const bool first : {true, false}) {
    channel_->answers = {Error(-ENOENT)};
    if (!first) channel_->answers.push_back(Message(Row()) + Done());
    channel_->answers.push_back(Error(-EPERM));
    channel_->answers.push_back(Done());
    const absl::Status status = lookup_.First(TcpStateSet::All(), 64, Soon()).status();
    EXPECT_TRUE(absl::IsPermissionDenied(status)) << status;
    EXPECT_THAT(std::string(status.message()), HasSubstr(first ? "check_ipv4" : "check_ipv6"));
    channel_->answers.clear();
  }
}

TEST_F(SockDiagLookupTest, BrokenDumpIsAnError) {
  channel_->answers = {Message(Row()), absl::DataLossError("ENOBUFS")};
  EXPECT_THAT(std::string(lookup_.First(TcpStateSet::All(), 64, Soon()).status().message()),
              HasSubstr("ENOBUFS"));
  EXPECT_EQ(channel_->reopened, 1);
}

TEST(LiveSockDiagLookup, WithoutASocketItDoesNotOpen) {
  absl::Status status;
  WithNoMoreFiles([&] { status = OpenSockDiagLookup().status(); });
  EXPECT_THAT(std::string(status.message()), HasSubstr("Too many open files"));
}

TEST(LiveSockDiagLookup, FindsIpv4MappedAndIpv6Connections) {
  const auto body = [] {
    UniqueFd listener(socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0));
    ASSERT_EQ(listen(listener.get(), 8), 0);
    sockaddr_in6 server = {};
    socklen_t length = sizeof server;
    auto* const generic = reinterpret_cast<sockaddr*>(&server);
    ASSERT_EQ(getsockname(listener.get(), generic, &length), 0);
    server.sin6_addr = in6addr_loopback;
    const UniqueFd client6(socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0));
    ASSERT_EQ(connect(client6.get(), generic, length), 0);
    sockaddr_in server4 = {};
    server4.sin_family = AF_INET;
    server4.sin_port = server.sin6_port;
    server4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const UniqueFd client4(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    ASSERT_EQ(connect(client4.get(), reinterpret_cast<sockaddr*>(&server4), sizeof server4), 0);

    auto lookup = OpenSockDiagLookup();
    ASSERT_TRUE(lookup.ok()) << lookup.status();
    const auto first = (*lookup)->First({TcpState::kEstablished}, 64, Soon());
    ASSERT_TRUE(first.ok()) << first.status();
    ASSERT_THAT(*first, SizeIs(4));  // both ends of both
    EXPECT_EQ(std::count_if(first->begin(), first->end(),
                            [](const auto& found) { return found.socket.family == Family::kIpv6; }),
              2);
    for (const FoundSocket& row : *first) {
      const auto found = (*lookup)->Find(row.socket, Soon());
      ASSERT_TRUE(found.ok()) << found.status();
      ASSERT_TRUE(found->has_value());
      EXPECT_EQ((*found)->cookie, row.cookie);
      EXPECT_EQ((*found)->socket.local_port, row.socket.local_port);
    }
    Socket none = first->front().socket;
    none.remote_port ^= 1;
    EXPECT_EQ((*lookup)->Find(none, Soon()).value(), std::nullopt);
  };
  if (!InNewNamespace(body)) GTEST_SKIP() << kNoNamespace;
}

}  // namespace
}  // namespace tcp_lifecycle
