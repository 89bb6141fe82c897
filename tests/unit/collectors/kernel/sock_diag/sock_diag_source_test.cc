#include "collectors/kernel/sock_diag/sock_diag_source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <deque>
#include <map>
#include <string>
#include <variant>
#include <vector>

#include "tests/unit/collectors/kernel/sock_diag/messages.h"

namespace tcp_lifecycle {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr char kKernel[] = "6.18.1-test";
constexpr char kOldKernel[] = "6.7.12-test";

// What the kernel is made to do: datagrams and failures for each dump, in order; after the last one
// it is silent. All answers carry sequence number 7.
struct Script {
  using Step = std::variant<Bytes, absl::Status>;
  std::map<std::string, std::deque<Step>> answers;
  std::vector<std::string> requests;
  std::vector<TcpStateSet> states;
  int reopened = 0;
  absl::Status reopen_status, request_status;
};

class FakeChannel : public DiagChannel {
 public:
  explicit FakeChannel(Script& script) : script_(script) {}

  absl::StatusOr<uint32_t> Request(const DumpRequest& request) override {
    current_ = std::string(request.name);
    script_.requests.push_back(current_);
    script_.states.push_back(request.states);
    if (!script_.request_status.ok()) return script_.request_status;
    return 7;
  }
  absl::StatusOr<std::span<const std::byte>> Receive(const Deadline&) override {
    std::deque<Script::Step>& steps = script_.answers[current_];
    if (steps.empty()) return absl::DeadlineExceededError("silence");
    const Script::Step step = steps.front();
    steps.pop_front();
    if (const auto* failure = std::get_if<absl::Status>(&step)) return *failure;
    datagram_ = std::get<Bytes>(step);
    return datagram_;
  }
  absl::Status Reopen() override {
    ++script_.reopened;
    return script_.reopen_status;
  }

 private:
  Script& script_;
  std::string current_;
  Bytes datagram_;
};

struct Seen : SocketVisitor {
  void OnListeners(std::span<Listener> batch) override {
    listener_batch_sizes.push_back(batch.size());
    for (const Listener& listener : batch) ports.push_back(listener.socket.local_port);
  }
  void OnSockets(std::span<Socket> batch) override {
    batch_sizes.push_back(batch.size());
    for (const Socket& socket : batch) ports.push_back(socket.local_port);
  }
  std::vector<uint16_t> ports;
  std::vector<size_t> batch_sizes, listener_batch_sizes;
};

constexpr uint8_t kEstablished = 1;
constexpr uint8_t kClose = 7;
constexpr uint8_t kListen = 10;

Bytes RowMessage(uint16_t port, uint8_t state = kEstablished, uint32_t sequence = 7) {
  return Message(Row({.state = state, .local_port = port}), {.sequence = sequence});
}

class SockDiagSourceTest : public ::testing::Test {
 protected:
  SockDiagSource Source(absl::string_view kernel = kKernel) {
    return {std::make_unique<FakeChannel>(script_), kernel};
  }
  absl::StatusOr<PassInfo> Pass(SockDiagSource& source, TcpStateSet states = TcpStateSet::All()) {
    return source.ForEach({.states = states}, Deadline::After(std::chrono::seconds(1)), seen_);
  }
  // The outcome of one pass in which the dump of all but listeners gets these answers.
  absl::StatusOr<PassInfo> PassOver(std::deque<Script::Step> rest) {
    script_.answers["rest"] = std::move(rest);
    SockDiagSource source = Source();
    return Pass(source, {TcpState::kEstablished});
  }

  Script script_;
  Seen seen_;
};

TEST_F(SockDiagSourceTest, ListenersComeFirst) {
  script_.answers["listen"] = {RowMessage(80, kListen) + RowMessage(81, kListen), Done()};
  script_.answers["rest"] = {RowMessage(1000, kClose), RowMessage(2000), Done()};
  SockDiagSource source = Source();
  const absl::StatusOr<PassInfo> info = Pass(source);
  ASSERT_TRUE(info.ok()) << info.status();
  EXPECT_THAT(seen_.ports, ElementsAre(80, 81, 1000, 2000));
  EXPECT_EQ(info->sockets, 4u);
  EXPECT_TRUE(info->knows_unaccepted);
  EXPECT_THAT(script_.requests, ElementsAre("listen", "rest"));
}

TEST_F(SockDiagSourceTest, AsksOnlyForTheStatesOfTheQuery) {
  script_.answers["listen"] = {Done()};
  script_.answers["rest"] = {Done()};
  SockDiagSource source = Source();
  EXPECT_TRUE(Pass(source, {TcpState::kListen}).ok());
  EXPECT_THAT(script_.states, ElementsAre(TcpStateSet{TcpState::kListen}));
  EXPECT_TRUE(Pass(source, {TcpState::kTimeWait}).ok());
  EXPECT_THAT(script_.states,
              ElementsAre(TcpStateSet{TcpState::kListen}, TcpStateSet{TcpState::kTimeWait}));
  EXPECT_TRUE(Pass(source, {}).ok());
  EXPECT_THAT(script_.requests, ElementsAre("listen", "rest"));
}

TEST_F(SockDiagSourceTest, AsksForTheStatesOfItsNamespace) {
  const TcpStateSet of_own = {TcpState::kListen};
  SockDiagSource source = Source();
  script_.answers["listen"] = {Done()};
  EXPECT_TRUE(source
                  .ForEach({.states_of_each = std::span(&of_own, 1)},
                           Deadline::After(std::chrono::seconds(1)), seen_)
                  .ok());
  EXPECT_THAT(script_.states, ElementsAre(of_own));
}

TEST_F(SockDiagSourceTest, RowsInStatesNobodyAskedForAreLeftOut) {
  EXPECT_TRUE(PassOver({RowMessage(1, kListen) + RowMessage(2) + Done()}).ok());
  EXPECT_THAT(seen_.ports, ElementsAre(2));
  script_.answers["listen"] = {RowMessage(3) + RowMessage(4, kListen) + Done()};
  SockDiagSource source = Source();
  EXPECT_TRUE(Pass(source, {TcpState::kListen}).ok());
  EXPECT_THAT(seen_.ports, ElementsAre(2, 4));
}

TEST_F(SockDiagSourceTest, HandsOutListenersInBatchesOf32) {
  Bytes rows;
  for (uint16_t port = 1; port <= 70; ++port) rows = rows + RowMessage(port, kListen);
  script_.answers["listen"] = {rows, Done()};
  SockDiagSource source = Source();
  EXPECT_EQ(Pass(source, {TcpState::kListen})->sockets, 70u);
  EXPECT_THAT(seen_.listener_batch_sizes, ElementsAre(32, 32, 6));
}

TEST_F(SockDiagSourceTest, HandsOutBatchesOf256) {
  Bytes rows;
  for (uint16_t port = 1; port <= 600; ++port) rows = rows + RowMessage(port);
  const absl::StatusOr<PassInfo> info = PassOver({rows, Done()});
  ASSERT_TRUE(info.ok()) << info.status();
  EXPECT_THAT(seen_.batch_sizes, ElementsAre(256, 256, 88));
  EXPECT_EQ(info->sockets, 600u);
}

TEST_F(SockDiagSourceTest, CountsRowsItCannotRead) {
  const Bytes bad_attribute = BytesOf(nlattr{.nla_len = 1, .nla_type = 1});
  const absl::StatusOr<PassInfo> info =
      PassOver({RowMessage(1) + RowMessage(2, 14) + Message(Bytes(20)) +
                    Message(Row({.local_port = 3}) + bad_attribute),
                Done()});
  ASSERT_TRUE(info.ok()) << info.status();
  EXPECT_THAT(seen_.ports, ElementsAre(1, 3));
  EXPECT_EQ(info->sockets, 2u);
  EXPECT_EQ(info->unknown_states, 1u);
  EXPECT_EQ(info->malformed, 2u);
}

TEST_F(SockDiagSourceTest, AnswersToOtherRequestsAreNotRead) {
  EXPECT_TRUE(PassOver({RowMessage(1, kEstablished, 6) + Done(0, 6), RowMessage(2), Done()}).ok());
  EXPECT_THAT(seen_.ports, ElementsAre(2));
}

TEST_F(SockDiagSourceTest, InterruptedDumpIsDataLoss) {
  const absl::Status status =
      PassOver({Message(Row(), {.flags = NLM_F_MULTI | NLM_F_DUMP_INTR}), Done()}).status();
  EXPECT_TRUE(absl::IsDataLoss(status));
  EXPECT_THAT(std::string(status.message()), HasSubstr("NLM_F_DUMP_INTR"));
}

TEST_F(SockDiagSourceTest, InterruptionToldAtTheEndIsDataLoss) {
  const Bytes done =
      Message(BytesOf(int32_t{0}), {.type = NLMSG_DONE, .flags = NLM_F_MULTI | NLM_F_DUMP_INTR});
  EXPECT_TRUE(absl::IsDataLoss(PassOver({RowMessage(1), done}).status()));
}

TEST_F(SockDiagSourceTest, OverrunIsDataLoss) {
  EXPECT_TRUE(absl::IsDataLoss(
      PassOver({RowMessage(1), Message({}, {.type = NLMSG_OVERRUN}), Done()}).status()));
}

TEST_F(SockDiagSourceTest, LostAnswersAreToldWithTheDumpAndHowFarItCame) {
  EXPECT_EQ(PassOver({RowMessage(1), absl::DataLossError("lost")}).status(),
            absl::DataLossError("sock_diag dump rest: lost, after 1 rows"));
  script_.answers["listen"] = {RowMessage(80, kListen) + RowMessage(81, kListen), Done()};
  script_.answers["rest"] = {RowMessage(1), absl::DataLossError("lost")};
  SockDiagSource source = Source();
  EXPECT_EQ(Pass(source).status(), absl::DataLossError("sock_diag dump rest: lost, after 1 rows"));
}

TEST_F(SockDiagSourceTest, RequestThatCannotBeSentIsTold) {
  script_.request_status = absl::UnavailableError("Connection refused");
  SockDiagSource source = Source();
  EXPECT_EQ(Pass(source).status(),
            absl::UnavailableError("sock_diag dump listen_ipv4: Connection refused"));
}

TEST_F(SockDiagSourceTest, LyingMessageLengthIsDataLoss) {
  EXPECT_TRUE(absl::IsDataLoss(PassOver({RowMessage(1) + Header(4), Done()}).status()));
}

TEST_F(SockDiagSourceTest, ErrorInDoneAfterRowsIsDataLoss) {
  const absl::Status status = PassOver({RowMessage(1), Done(-ENOMEM)}).status();
  EXPECT_EQ(status, absl::DataLossError("sock_diag dump rest: the kernel answers: Cannot allocate "
                                        "memory, after 1 rows"));
  EXPECT_THAT(script_.requests, ElementsAre("rest"));
}

TEST_F(SockDiagSourceTest, MissingDoneEndsAtTheDeadline) {
  EXPECT_EQ(PassOver({RowMessage(1)}).status(),
            absl::DeadlineExceededError("sock_diag dump rest: silence, after 1 rows"));
}

TEST_F(SockDiagSourceTest, AcknowledgementIsNotTheEnd) {
  EXPECT_TRUE(PassOver({Error(0), RowMessage(1), Done()}).ok());
  EXPECT_THAT(seen_.ports, ElementsAre(1));
}

TEST_F(SockDiagSourceTest, NextPassStartsAfreshAfterAnUnfinishedDump) {
  SockDiagSource source = Source();
  EXPECT_FALSE(Pass(source, {TcpState::kListen}).ok());
  EXPECT_EQ(script_.reopened, 0);
  script_.answers["listen"] = {RowMessage(80, kListen), Done()};
  EXPECT_TRUE(Pass(source, {TcpState::kListen}).ok());
  EXPECT_EQ(script_.reopened, 1);
  script_.answers["listen"] = {Done()};
  EXPECT_TRUE(Pass(source, {TcpState::kListen}).ok());
  EXPECT_EQ(script_.reopened, 1) << "a finished dump leaves nothing behind";
  EXPECT_THAT(seen_.ports, ElementsAre(80));
}

TEST_F(SockDiagSourceTest, SocketThatCannotBeReopenedIsTold) {
  SockDiagSource source = Source();
  EXPECT_FALSE(Pass(source, {TcpState::kListen}).ok());
  script_.reopen_status = absl::ResourceExhaustedError("Too many open files");
  EXPECT_EQ(Pass(source, {TcpState::kListen}).status().message(),
            "sock_diag dump listen_ipv4: Too many open files");
}

TEST_F(SockDiagSourceTest, RefusedLegacyRequestIsAskedByFamily) {
  script_.answers["listen"] = {Error(-ENOENT)};
  script_.answers["listen_ipv4"] = {RowMessage(80, kListen) + Done()};
  script_.answers["listen_ipv6"] = {RowMessage(81, kListen) + Done()};
  script_.answers["bound_ipv4"] = {RowMessage(90, kClose) + Done()};
  script_.answers["bound_ipv6"] = {RowMessage(91, kClose) + Done()};
  script_.answers["connected_ipv4"] = {RowMessage(100) + Done()};
  script_.answers["connected_ipv6"] = {RowMessage(101) + Done()};
  SockDiagSource source = Source();
  const absl::StatusOr<PassInfo> info = Pass(source);
  ASSERT_TRUE(info.ok()) << info.status();
  EXPECT_THAT(seen_.ports, ElementsAre(80, 81, 90, 91, 100, 101));
  EXPECT_THAT(script_.requests, ElementsAre("listen", "listen_ipv4", "listen_ipv6", "bound_ipv4",
                                            "bound_ipv6", "connected_ipv4", "connected_ipv6"));
}

TEST_F(SockDiagSourceTest, ByFamilyOnlyWhatTheQueryHasIsAskedFor) {
  script_.answers["rest"] = {Error(-ENOENT)};
  script_.answers["connected_ipv4"] = {Done()};
  script_.answers["connected_ipv6"] = {Done()};
  SockDiagSource source = Source();
  EXPECT_TRUE(Pass(source, {TcpState::kTimeWait}).ok());
  EXPECT_THAT(script_.requests, ElementsAre("rest", "connected_ipv4", "connected_ipv6"));
}

TEST_F(SockDiagSourceTest, RefusalInDoneIsARefusalToo) {
  script_.answers["listen"] = {Done(-EINVAL)};
  script_.answers["listen_ipv4"] = {Done()};
  script_.answers["listen_ipv6"] = {Done()};
  SockDiagSource source = Source();
  EXPECT_TRUE(Pass(source, {TcpState::kListen}).ok());
}

TEST_F(SockDiagSourceTest, KernelThatRefusesEverythingIsTold) {
  script_.answers["listen"] = {Error(-ENOENT)};
  script_.answers["listen_ipv4"] = {Error(-ENOENT)};
  SockDiagSource source = Source();
  EXPECT_EQ(Pass(source, {TcpState::kListen}).status(),
            absl::NotFoundError("sock_diag dump listen_ipv4: the kernel answers: No such file or "
                                "directory, after 0 rows"));
  script_.answers["listen"] = {Done()};
  EXPECT_TRUE(Pass(source, {TcpState::kListen}).ok()) << "it may work again";
}

TEST_F(SockDiagSourceTest, SilenceIsNoRefusal) {
  SockDiagSource source = Source();
  EXPECT_TRUE(absl::IsDeadlineExceeded(Pass(source, {TcpState::kListen}).status()));
  EXPECT_THAT(script_.requests, ElementsAre("listen"));
}

TEST_F(SockDiagSourceTest, BoundInactiveSocketsAreKnownSinceLinux68) {
  struct {
    const char* release;
    bool knows;
  } const cases[] = {
      {"6.8.0", true},   {"6.18.44-generic", true}, {"7.0-rc1", true}, {"6.7.12-test", false},
      {"5.15.0", false}, {"4.18.0-477.el8", false}, {"", false},       {"six.eight", false}};
  for (const auto& [release, knows] : cases) {
    script_.answers["listen"] = {Done()};
    SockDiagSource source = Source(release);
    const absl::StatusOr<PassInfo> info = Pass(source, {TcpState::kListen});
    ASSERT_TRUE(info.ok()) << info.status();
    EXPECT_EQ(info->knows_bound_inactive, knows) << release;
  }
}

TEST_F(SockDiagSourceTest, OldKernelThatShowsABoundInactiveSocketKnowsThem) {
  SockDiagSource source = Source(kOldKernel);
  script_.answers["rest"] = {RowMessage(90, kClose), Done()};
  EXPECT_TRUE(Pass(source, {TcpState::kBoundInactive})->knows_bound_inactive);
  script_.answers["rest"] = {Done()};
  EXPECT_TRUE(Pass(source, {TcpState::kBoundInactive})->knows_bound_inactive);
}

TEST_F(SockDiagSourceTest, EmptyDatagramsAreNoEnd) {
  EXPECT_TRUE(PassOver({Bytes(), RowMessage(1), Bytes(), Done()}).ok());
  EXPECT_THAT(seen_.ports, ElementsAre(1));
}

}  // namespace
}  // namespace tcp_lifecycle
