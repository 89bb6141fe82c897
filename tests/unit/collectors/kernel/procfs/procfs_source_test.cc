#include "collectors/kernel/procfs/procfs_source.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdio>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "tests/unit/collectors/kernel/procfs/proc_tree.h"
#include "tests/unit/collectors/kernel/procfs/status_matchers.h"

namespace tcp_lifecycle {
namespace {

using absl::StatusCode;
using ::testing::AllOf;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Le;
using ::testing::SizeIs;

constexpr absl::string_view kHeader =
    "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout "
    "inode\n";

std::string Row(uint16_t port, absl::string_view state, absl::string_view address = "0100007F") {
  return absl::StrFormat(
      "   0: %s:%04X %s:0050 %s 00000000:00000002 00:00000000 00000000     0        0 7 1 x\n",
      address, port, address, state);
}
std::string Row6(uint16_t port, absl::string_view state) {
  return Row(port, state, "00000000000000000000000001000000");
}

// Port after port in the order in which they were told, listeners as L.
class Recorder : public SocketVisitor {
 public:
  void OnListeners(std::span<Listener> listeners) override {
    for (const Listener& listener : listeners) {
      order.push_back(absl::StrCat("L", listener.socket.local_port));
      last_listener = listener;
    }
    batch_sizes.push_back(listeners.size());
  }
  void OnSockets(std::span<Socket> sockets) override {
    for (const Socket& socket : sockets) order.push_back(absl::StrCat(socket.local_port));
    batch_sizes.push_back(sockets.size());
  }

  std::vector<std::string> order;
  std::vector<size_t> batch_sizes;
  Listener last_listener;
};

class ProcfsSourceTest : public ::testing::Test {
 protected:
  absl::StatusOr<PassInfo> Run() {
    return ProcfsSource(tree_.files())
        .ForEach(query_, Deadline::After(std::chrono::hours(1)), recorder_);
  }

  ProcTree tree_;
  SocketQuery query_;
  Recorder recorder_;
};

TEST_F(ProcfsSourceTest, IsCalledProcfs) {
  EXPECT_EQ(ProcfsSource(tree_.files()).Name(), "procfs");
}

TEST_F(ProcfsSourceTest, TellsTheListenersOfBothFilesBeforeAnyConnection) {
  tree_.Write("net/tcp", absl::StrCat(kHeader, Row(1, "0A"), Row(2, "01"), Row(3, "06")));
  tree_.Write("net/tcp6", absl::StrCat(kHeader, Row6(4, "0A"), Row6(5, "01")));
  const PassInfo info = Run().value();
  EXPECT_THAT(recorder_.order, ElementsAre("L1", "L4", "2", "3", "5"));
  EXPECT_EQ(info.sockets, 5u);
  EXPECT_EQ(info.malformed, 0u);
  EXPECT_EQ(info.unknown_states, 0u);
}

TEST_F(ProcfsSourceTest, ToleratesListenersAmongOtherRows) {
  tree_.Write("net/tcp",
              absl::StrCat(kHeader, Row(1, "0A"), Row(2, "03"), Row(3, "0A"), Row(4, "01")));
  EXPECT_TRUE(Run().ok());
  EXPECT_THAT(recorder_.order, ElementsAre("L1", "L3", "2", "4"));
}

TEST_F(ProcfsSourceTest, LosesNoListenerBehindTheFirstBatch) {
  std::string text(kHeader);
  for (int i = 0; i < 300; ++i) text += Row(1, "01");
  tree_.Write("net/tcp", text + Row(2, "0A"));
  EXPECT_EQ(Run().value().sockets, 301u);
  EXPECT_EQ(std::count(recorder_.order.begin(), recorder_.order.end(), "L2"), 1);
}

TEST_F(ProcfsSourceTest, SaysWhatItKnows) {
  tree_.Write("net/tcp", kHeader);
  const PassInfo info = Run().value();
  EXPECT_TRUE(info.knows_unaccepted);
  EXPECT_FALSE(info.knows_bound_inactive);
  EXPECT_EQ(info.sockets, 0u);
  EXPECT_THAT(recorder_.order, IsEmpty());
}

TEST_F(ProcfsSourceTest, ListenerHasAnAcceptQueueAndNoBacklog) {
  tree_.Write("net/tcp", absl::StrCat(kHeader, Row(1, "0A")));
  ASSERT_TRUE(Run().ok());
  EXPECT_EQ(recorder_.last_listener.accept_queue, 2u);
  EXPECT_EQ(recorder_.last_listener.backlog, std::nullopt);
  EXPECT_EQ(recorder_.last_listener.drops, std::nullopt);
  EXPECT_EQ(recorder_.last_listener.socket.flags, 0);
  EXPECT_EQ(recorder_.last_listener.socket.scope, 0u);
}

TEST_F(ProcfsSourceTest, GivesOnlyTheStatesAskedFor) {
  tree_.Write("net/tcp", absl::StrCat(kHeader, Row(1, "0A"), Row(2, "01"), Row(3, "06")));
  query_.states = {TcpState::kTimeWait};
  EXPECT_EQ(Run().value().sockets, 1u);
  EXPECT_THAT(recorder_.order, ElementsAre("3"));
}

TEST_F(ProcfsSourceTest, GivesOnlyTheStatesOfItsNamespace) {
  tree_.Write("net/tcp", absl::StrCat(kHeader, Row(1, "0A"), Row(2, "01"), Row(3, "06")));
  const TcpStateSet of_own = {TcpState::kEstablished};
  query_.states_of_each = std::span(&of_own, 1);
  EXPECT_EQ(Run().value().sockets, 1u);
  EXPECT_THAT(recorder_.order, ElementsAre("2"));
}

TEST_F(ProcfsSourceTest, HandsOverBatchesOf256) {
  std::string text(kHeader);
  for (int i = 0; i < 600; ++i) text += Row(1, "0A");
  for (int i = 0; i < 1000; ++i) text += Row(2, "01");
  tree_.Write("net/tcp", text);
  EXPECT_EQ(Run().value().sockets, 1600u);
  EXPECT_THAT(recorder_.order, SizeIs(1600));
  EXPECT_THAT(recorder_.batch_sizes, AllOf(SizeIs(7), Each(Le(256u))));
}

TEST_F(ProcfsSourceTest, WithoutTcp6ThereIsNoIpv6) {
  tree_.Write("net/tcp", absl::StrCat(kHeader, Row(1, "01")));
  EXPECT_EQ(Run().value().sockets, 1u);
}

TEST_F(ProcfsSourceTest, WithoutTcpThereIsNothingToRead) {
  tree_.Write("net/tcp6", kHeader);
  EXPECT_THAT(Run(), FailsWith(StatusCode::kNotFound, HasSubstr("/net/tcp: No such file")));
}

TEST_F(ProcfsSourceTest, UnknownStatesAreCountedAndLeftOut) {
  tree_.Write("net/tcp", absl::StrCat(kHeader, Row(1, "01"), Row(2, "0D")));
  const PassInfo info = Run().value();
  EXPECT_EQ(info.unknown_states, 1u);
  EXPECT_EQ(info.sockets, 1u);
}

TEST_F(ProcfsSourceTest, MalformedRowsAreCountedAndLeftOut) {
  tree_.Write("net/tcp",
              absl::StrCat(kHeader, "garbage\n", Row(1, "01"), Row(2, "ZZ"), "   3: 01"));
  const PassInfo info = Run().value();
  EXPECT_EQ(info.malformed, 3u);
  EXPECT_THAT(recorder_.order, ElementsAre("1"));
}

TEST_F(ProcfsSourceTest, FileWithoutAGoodRowIsDataLossThatQuotesTheFirst) {
  tree_.Write("net/tcp", absl::StrCat(kHeader, Row(1, "ZZ"), Row(2, "YY")));
  EXPECT_THAT(Run(), FailsWith(StatusCode::kDataLoss, "net/tcp line 2: state \"ZZ\""));
}

TEST_F(ProcfsSourceTest, OneFileWithoutAGoodRowIsEnoughForDataLoss) {
  tree_.Write("net/tcp", absl::StrCat(kHeader, Row(1, "01")));
  tree_.Write("net/tcp6", absl::StrCat(kHeader, "\n"));
  EXPECT_THAT(Run(), FailsWith(StatusCode::kDataLoss, HasSubstr("net/tcp6 line 2: ")));
}

TEST_F(ProcfsSourceTest, WrongHeaderIsDataLoss) {
  tree_.Write("net/tcp", "sl local_address\n");
  EXPECT_THAT(Run(), FailsWith(StatusCode::kDataLoss,
                               "net/tcp line 1: no column remote_address in \"sl local_address\""));
  tree_.Write("net/tcp", "");
  EXPECT_THAT(Run(), FailsWith(StatusCode::kDataLoss, HasSubstr("net/tcp line 1: no column")));
}

TEST_F(ProcfsSourceTest, OverlongLineIsDataLoss) {
  tree_.Write("net/tcp", absl::StrCat(kHeader, Row(1, "01"), std::string(20000, 'x')));
  EXPECT_THAT(Run(), FailsWith(StatusCode::kDataLoss, HasSubstr("net/tcp line 3: longer than")));
}

TEST_F(ProcfsSourceTest, PassedDeadlineCutsThePass) {
  tree_.Write("net/tcp", absl::StrCat(kHeader, Row(1, "01")));
  EXPECT_THAT(
      ProcfsSource(tree_.files()).ForEach(query_, Deadline(Deadline::Clock::now()), recorder_),
      FailsWith(StatusCode::kDeadlineExceeded, HasSubstr("net/tcp line 1: ")));
}

}  // namespace
}  // namespace tcp_lifecycle
