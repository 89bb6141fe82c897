#include "collectors/kernel/bpf/reader_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

#include "collectors/kernel/bpf/wire.h"
#include "tests/unit/collectors/kernel/bpf/fake_readers.h"

namespace tcp_lifecycle {
namespace {

using std::chrono::milliseconds;
using ::testing::AllOf;
using ::testing::Each;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class CheckReaderTest : public testing::Test {
 protected:
  CheckReaderTest() {
    for (uint16_t i = 1; i <= 5; ++i) kernel_.Add(TcpState::kEstablished, i);
    for (uint16_t i = 11; i <= 15; ++i) {
      kernel_.Add(TcpState::kEstablished, i, Timer::kKeepalive, 7200000);
    }
    for (uint16_t i = 21; i <= 25; ++i) {
      kernel_.Add(TcpState::kTimeWait, i, Timer::kTimeWait, 50000);
    }
    kernel_.Add(TcpState::kSynSent, 31, Timer::kRetransmit, 900).retransmits = 2;
  }

  absl::StatusOr<ReaderCheck> Run(milliseconds time = std::chrono::seconds(60)) {
    return CheckReader(reader_, lookup_, 1, Deadline::After(time), kernel_.Clock());
  }
  // The fields that stay, each as often as it does.
  std::vector<CheckedField> Fields() {
    std::vector<CheckedField> fields;
    const ReaderCheck check = Run().value();
    for (const Disagreement& one : check.disagreements) fields.push_back(one.field);
    return fields;
  }
  Socket& Port(uint16_t port) {
    for (FoundSocket& found : kernel_.sockets) {
      if (found.socket.local_port == port) return found.socket;
    }
    throw std::out_of_range("no such port");
  }

  FakeKernel kernel_;
  FakeReader reader_{kernel_};
  FakeLookup lookup_{kernel_};
};

TEST_F(CheckReaderTest, RightReaderIsReadOnceAndAgrees) {
  const ReaderCheck check = Run().value();
  EXPECT_EQ(check.compared, 16u);
  EXPECT_EQ(check.moving, 0u);
  EXPECT_THAT(check.disagreements, IsEmpty());
  EXPECT_EQ(kernel_.walks, 1);
  EXPECT_EQ(kernel_.pauses, 0);
}

TEST_F(CheckReaderTest, WrongExpiryIsSeen) {
  reader_.wrong = [](Socket& socket) {
    if (socket.timer == Timer::kTimeWait) socket.remaining_ms ^= 0x800;
    return true;
  };
  EXPECT_THAT(Fields(), AllOf(SizeIs(5), Each(CheckedField::kRemaining)));
}

TEST_F(CheckReaderTest, MissingTimerIsSeen) {
  reader_.wrong = [](Socket& socket) {
    if (socket.timer == Timer::kKeepalive) {
      socket.timer = Timer::kNone;
      socket.remaining_ms = 0;
    }
    return true;
  };
  const ReaderCheck check = Run().value();
  ASSERT_THAT(check.disagreements, SizeIs(5));
  EXPECT_EQ(check.disagreements[0].field, CheckedField::kTimer);
  EXPECT_EQ(check.disagreements[0].reader, "none");
  EXPECT_EQ(check.disagreements[0].sock_diag, "keepalive");
  EXPECT_THAT(check.disagreements[0].socket, testing::MatchesRegex("10.0.0.1:1. -> 10.0.0.2:80"));
}

TEST_F(CheckReaderTest, WrongKeepaliveIsSeenThoughTheTimerIsRight) {
  reader_.wrong = [](Socket& socket) {
    socket.flags = kKeepaliveOff;
    return true;
  };
  EXPECT_THAT(Fields(), AllOf(SizeIs(5), Each(CheckedField::kKeepalive)));
}

TEST_F(CheckReaderTest, WrongStateIsSeen) {
  const auto start = kernel_.now;
  reader_.wrong = [](Socket& socket) {
    if (socket.state == TcpState::kTimeWait) socket.state = TcpState::kFinWait2;
    return true;
  };
  EXPECT_THAT(Fields(), AllOf(SizeIs(5), Each(CheckedField::kState)));
  EXPECT_EQ(kernel_.pauses, 90) << "looked at 30 times before each of three walks";
  EXPECT_EQ(kernel_.now - start, milliseconds(180)) << "what a page may wait for longer";
}

TEST_F(CheckReaderTest, WrongRetransmitsAndScopeAreSeen) {
  reader_.wrong = [](Socket& socket) {
    if (socket.state == TcpState::kSynSent) socket.retransmits = 0;
    if (socket.state == TcpState::kTimeWait) socket.scope = 5;
    return true;
  };
  EXPECT_THAT(Fields(), testing::UnorderedElementsAre(
                            CheckedField::kRetransmits, CheckedField::kScope, CheckedField::kScope,
                            CheckedField::kScope, CheckedField::kScope, CheckedField::kScope));
}

TEST_F(CheckReaderTest, SwappedPortsAreConnectionsThatOnlyOneHas) {
  reader_.wrong = [](Socket& socket) {
    std::swap(socket.local_port, socket.remote_port);
    return true;
  };
  const std::vector<CheckedField> fields = Fields();
  EXPECT_EQ(std::count(fields.begin(), fields.end(), CheckedField::kEndpoints), 16);
  EXPECT_EQ(std::count(fields.begin(), fields.end(), CheckedField::kMissing), 16);
}

TEST_F(CheckReaderTest, SocketsLeftOutAreMissing) {
  reader_.wrong = [](const Socket& socket) { return socket.state != TcpState::kTimeWait; };
  EXPECT_THAT(Fields(), AllOf(SizeIs(5), Each(CheckedField::kMissing)));
}

TEST_F(CheckReaderTest, ReaderThatHoldsNoListenersPortIsWrong) {
  for (const uint16_t port : std::to_array<uint16_t>({80, 443, 8080})) {
    kernel_.Add(TcpState::kListen, port);
    reader_.blocked.emplace();
    EXPECT_THAT(Fields(), SizeIs(port == 8080 ? 3 : 0)) << port;
  }
  const Disagreement disagreement = Run().value().disagreements.front();
  EXPECT_EQ(disagreement.field, CheckedField::kPorts);
  EXPECT_EQ(disagreement.socket, "port 80");
  (*reader_.blocked)[443] = true;
  EXPECT_THAT(Fields(), IsEmpty());
  // One that another program has closed and bound again meanwhile may be free for a moment.
  for (int held = 1; held <= 4; ++held) {
    int looks = 0;
    reader_.blocked.emplace();
    reader_.before_ports = [&] { (*reader_.blocked)[443] = ++looks == held; };
    EXPECT_THAT(Fields(), SizeIs(held <= 3 ? 0 : 3)) << held;
  }
  reader_.before_ports = nullptr;
  reader_.blocked.reset();  // it does not say
  EXPECT_THAT(Fields(), IsEmpty());
}

TEST_F(CheckReaderTest, BoundSocketsAreComparedWhereADumpListsThem) {
  for (uint16_t i = 41; i <= 43; ++i) kernel_.Add(TcpState::kBoundInactive, i);
  EXPECT_EQ(Run().value().compared, 19u);
  reader_.wrong = [](Socket& socket) {
    if (socket.local_port == 42) socket.local_port = 52;
    return socket.local_port != 43;
  };
  EXPECT_THAT(Fields(),
              testing::UnorderedElementsAre(CheckedField::kMissing, CheckedField::kMissing,
                                            CheckedField::kEndpoints));
  lookup_.lists_bound = false;
  EXPECT_EQ(Run().value().compared, 16u);
}

TEST_F(CheckReaderTest, BoundSocketBehindManyOthersOfItsPortMayBeLeftOut) {
  kernel_.Add(TcpState::kBoundInactive, 41);
  for (uint16_t i = 0; i < WIRE_OWNERS / 2 - 1; ++i) {
    kernel_.Add(TcpState::kEstablished, 41).remote_port = static_cast<uint16_t>(1000 + i);
  }
  reader_.wrong = [](const Socket& socket) { return socket.state != TcpState::kBoundInactive; };
  EXPECT_THAT(Fields(), testing::ElementsAre(CheckedField::kMissing));
  kernel_.Add(TcpState::kEstablished, 41).remote_port = 999;
  EXPECT_THAT(Fields(), IsEmpty());
  // A connection is read wherever it is.
  reader_.wrong = [](const Socket& socket) { return socket.remote_port != 1000; };
  EXPECT_THAT(Fields(), testing::ElementsAre(CheckedField::kMissing));
}

TEST_F(CheckReaderTest, BoundSocketThatIsClosedOrConnectedMeanwhileIsNone) {
  kernel_.Add(TcpState::kBoundInactive, 41);
  reader_.before_pass = [&] {
    std::erase_if(kernel_.sockets,
                  [](const FoundSocket& found) { return found.socket.local_port == 41; });
  };
  EXPECT_THAT(Fields(), IsEmpty());
}

TEST_F(CheckReaderTest, MoreThanAThousandBoundSocketsAreLeftOut) {
  for (uint16_t i = 0; i < 1000; ++i) {
    kernel_.Add(TcpState::kBoundInactive, static_cast<uint16_t>(1000 + i));
  }
  EXPECT_GT(Run().value().compared, 16u);
  kernel_.Add(TcpState::kBoundInactive, 2000);
  EXPECT_EQ(Run().value().compared, 16u);
}

TEST_F(CheckReaderTest, ConnectionsThatAlwaysSendAreNone) {
  // A timer runs whenever the reader comes by, and no other time.
  reader_.wrong = [](Socket& socket) {
    if (socket.local_port <= 5) socket.timer = Timer::kRetransmit;
    return true;
  };
  int finds = 0;
  lookup_.before_find = [&] {
    const bool sends = ++finds % 7 == 0;
    for (uint16_t i = 1; i <= 5; ++i) Port(i).timer = sends ? Timer::kRetransmit : Timer::kNone;
  };
  const ReaderCheck check = Run().value();
  EXPECT_THAT(check.disagreements, IsEmpty());
  EXPECT_GT(check.moving, 0u);
}

TEST_F(CheckReaderTest, TimerThatIsSetAgainAndAgainIsNone) {
  reader_.before_pass = [&] { Port(31).remaining_ms += 300; };
  lookup_.before_find = [&] { Port(31).remaining_ms += 30; };
  EXPECT_THAT(Fields(), IsEmpty());
}

TEST_F(CheckReaderTest, ReaderThatSaysSomethingElseOfATimerEachTimeIsNone) {
  int passes = 0;
  reader_.before_pass = [&] { ++passes; };
  reader_.wrong = [&](Socket& socket) {
    if (socket.timer == Timer::kTimeWait) socket.remaining_ms ^= 0x800;
    if (socket.timer == Timer::kTimeWait && passes > 1) socket.timer = Timer::kZeroWindow;
    return true;
  };
  const ReaderCheck check = Run().value();
  EXPECT_THAT(check.disagreements, IsEmpty());
  EXPECT_EQ(check.moving, 5u);
}

TEST_F(CheckReaderTest, TimeThatIsLeftOfNoTimerMeansNothing) {
  reader_.wrong = [](Socket& socket) {
    if (socket.timer == Timer::kNone) socket.remaining_ms = 5000;
    return true;
  };
  const ReaderCheck check = Run().value();
  EXPECT_THAT(check.disagreements, IsEmpty());
  EXPECT_EQ(check.moving, 0u);
}

TEST_F(CheckReaderTest, PortsThatAreUsedAgainAtOnceAreNone) {
  // sock_diag sees another socket each time, with the same endpoints.
  lookup_.before_find = [&] {
    for (FoundSocket& found : kernel_.sockets) found.cookie += 1000;
  };
  reader_.wrong = [](Socket& socket) {
    socket.timer = Timer::kZeroWindow;
    return true;
  };
  EXPECT_THAT(Fields(), IsEmpty());
}

TEST_F(CheckReaderTest, ConnectionsThatComeAndGoAreNone) {
  // Each is there only in one of sock_diag's 20 answers, and whenever the reader comes by.
  const std::vector<FoundSocket> all = kernel_.sockets;
  int finds = 0;
  lookup_.before_find = [&] {
    kernel_.sockets = ++finds % 21 == 0 ? all : std::vector<FoundSocket>();
  };
  reader_.before_pass = [&] { kernel_.sockets = all; };
  const ReaderCheck check = Run().value();
  EXPECT_THAT(check.disagreements, IsEmpty());
  EXPECT_GT(check.moving, 0u);
}

TEST_F(CheckReaderTest, ConnectionThatClosedBeforeTheWalkIsNone) {
  reader_.before_pass = [&] { kernel_.sockets.resize(10); };
  EXPECT_THAT(Fields(), IsEmpty());
  EXPECT_EQ(kernel_.walks, 1) << "nothing is left to look at again";
}

TEST_F(CheckReaderTest, StateThatChangesMeanwhileIsNone) {
  const auto close = [&] {
    Port(1).state = TcpState::kTimeWait;
    Port(1).timer = Timer::kTimeWait;
  };
  lookup_.before_find = close;
  EXPECT_THAT(Fields(), IsEmpty());
}

TEST_F(CheckReaderTest, TwoSocketsWithTheSameEndpointsAreNotMixedUp) {
  Socket bound = Port(11);
  bound.scope = 4;
  bound.timer = Timer::kNone;
  kernel_.sockets.push_back({bound, 9999});
  EXPECT_THAT(Fields(), IsEmpty());
}

TEST_F(CheckReaderTest, RefusalIsAnError) {
  lookup_.status = absl::PermissionDeniedError("seccomp");
  EXPECT_EQ(Run().status(), lookup_.status);
}

TEST_F(CheckReaderTest, OneRefusedCallAtAnyTimeIsAnError) {
  for (uint16_t i = 41; i <= 42; ++i) kernel_.Add(TcpState::kBoundInactive, i);
  reader_.wrong = [](Socket& socket) {
    if (socket.local_port == 21) socket.state = TcpState::kFinWait2;
    return socket.local_port != 42;
  };
  ASSERT_THAT(Fields(), SizeIs(2));
  const int calls = kernel_.calls;
  ASSERT_GT(calls, 100);
  for (int call = 1; call <= calls; ++call) {
    kernel_.calls = 0;
    kernel_.refused_call = call;
    EXPECT_TRUE(absl::IsPermissionDenied(Run().status())) << call;
  }
}

TEST_F(CheckReaderTest, DeadlineThatPassesIsNoDisagreement) {
  reader_.wrong = [](Socket& socket) {
    socket.state = TcpState::kClosing;
    return true;
  };
  const absl::Status late = Run(milliseconds(0)).status();
  EXPECT_EQ(late, absl::DeadlineExceededError("no time left to read sockets"));
  // In the second pass, when there are suspects already.
  int passes = 0;
  reader_.before_pass = [&] {
    if (++passes == 2) std::this_thread::sleep_for(milliseconds(60));
  };
  EXPECT_TRUE(absl::IsDeadlineExceeded(Run(milliseconds(50)).status()));
}

}  // namespace
}  // namespace tcp_lifecycle
