#include "collectors/analysis/role.h"

#include <gtest/gtest.h>

#include "tests/unit/builders.h"

namespace tcp_lifecycle {
namespace {

constexpr PortRange kRange = {32768, 60999};

Socket Connection(const std::string& local, uint16_t local_port, uint16_t remote_port) {
  return MakeSocket(TcpState::kEstablished, local, local_port, local, remote_port);
}

Role RoleOf(const RoleJudge& judge, Socket socket) {
  judge.Judge(socket);
  return socket.role;
}

Role RoleOf(const Socket& socket) { return RoleOf(RoleJudge(kRange), socket); }

Role JudgeWith(const Listener& listener, const Socket& socket) {
  RoleJudge judge(kRange);
  judge.AddListener(listener);
  return RoleOf(judge, socket);
}

Socket JudgeWithEarlier(const ListenPoint& earlier, Socket socket) {
  RoleJudge judge(kRange);
  judge.AddEarlierListener(earlier);
  judge.Judge(socket);
  return socket;
}

TEST(RoleTest, LocalPortInRangeAndRemotePortNotIsOutbound) {
  EXPECT_EQ(RoleOf(Connection("10.0.0.1", 40000, 443)), Role::kOutbound);
}

TEST(RoleTest, RemotePortInRangeAndLocalPortNotIsInbound) {
  EXPECT_EQ(RoleOf(Connection("10.0.0.1", 443, 40000)), Role::kInbound);
}

TEST(RoleTest, BothPortsInRangeOrNeitherIsUnknown) {
  EXPECT_EQ(RoleOf(Connection("10.0.0.1", 40000, 40001)), Role::kUnknown);
  EXPECT_EQ(RoleOf(Connection("10.0.0.1", 179, 443)), Role::kUnknown);
}

TEST(RoleTest, TheEndsOfTheRangeBelongToIt) {
  EXPECT_EQ(RoleOf(Connection("10.0.0.1", 32768, 443)), Role::kOutbound);
  EXPECT_EQ(RoleOf(Connection("10.0.0.1", 60999, 443)), Role::kOutbound);
  EXPECT_EQ(RoleOf(Connection("10.0.0.1", 61000, 443)), Role::kUnknown);
}

TEST(RoleTest, WithoutARangeOnlyListenersTell) {
  RoleJudge judge(std::nullopt);
  judge.AddListener(MakeListener("0.0.0.0", 8080));
  EXPECT_EQ(RoleOf(judge, Connection("10.0.0.1", 8080, 50000)), Role::kInbound);
  EXPECT_EQ(RoleOf(judge, Connection("10.0.0.1", 50000, 8080)), Role::kUnknown);
}

TEST(RoleTest, AListenerInsideTheRangeMakesItsConnectionsInbound) {
  EXPECT_EQ(JudgeWith(MakeListener("10.0.0.1", 40000), Connection("10.0.0.1", 40000, 443)),
            Role::kInbound);
}

TEST(RoleTest, AListenerOnAnotherAddressDoesNotMatch) {
  EXPECT_EQ(JudgeWith(MakeListener("10.0.0.2", 40000), Connection("10.0.0.1", 40000, 443)),
            Role::kOutbound);
}

TEST(RoleTest, AListenerOnAnotherPortDoesNotMatch) {
  EXPECT_EQ(JudgeWith(MakeListener("0.0.0.0", 40001), Connection("10.0.0.1", 40000, 443)),
            Role::kOutbound);
}

TEST(RoleTest, TheIpv4WildcardTakesIpv4Only) {
  const Listener listener = MakeListener("0.0.0.0", 40000);
  EXPECT_EQ(JudgeWith(listener, Connection("10.0.0.1", 40000, 443)), Role::kInbound);
  EXPECT_EQ(JudgeWith(listener, Connection("2001:db8::1", 40000, 443)), Role::kOutbound);
}

TEST(RoleTest, TheIpv6WildcardTakesIpv4TooUnlessItIsKnownNotTo) {
  Listener listener = MakeListener("::", 40000);
  EXPECT_EQ(JudgeWith(listener, Connection("10.0.0.1", 40000, 443)), Role::kInbound);
  EXPECT_EQ(JudgeWith(listener, Connection("2001:db8::1", 40000, 443)), Role::kInbound);
  listener.socket.flags = kV6Only;
  EXPECT_EQ(JudgeWith(listener, Connection("10.0.0.1", 40000, 443)), Role::kOutbound);
  EXPECT_EQ(JudgeWith(listener, Connection("2001:db8::1", 40000, 443)), Role::kInbound);
}

TEST(RoleTest, AMappedConnectionMatchesAnIpv4Listener) {
  EXPECT_EQ(JudgeWith(MakeListener("10.0.0.1", 40000), Connection("::ffff:10.0.0.1", 40000, 443)),
            Role::kInbound);
}

TEST(RoleTest, ABoundInactiveSocketHasNoRole) {
  Socket bound = MakeSocket(TcpState::kBoundInactive, "10.0.0.1", 40000, "0.0.0.0", 0);
  EXPECT_EQ(RoleOf(bound), Role::kUnknown);
}

TEST(RoleTest, WhoWaitsForAnAnswerToItsSynHasOpenedTheConnection) {
  Socket socket = Connection("10.0.0.1", 40000, 40001);
  socket.state = TcpState::kSynSent;
  EXPECT_EQ(RoleOf(socket), Role::kOutbound);
  EXPECT_EQ(JudgeWith(MakeListener("0.0.0.0", 40000), socket), Role::kOutbound);
  socket.state = TcpState::kSynRecv;
  EXPECT_EQ(RoleOf(socket), Role::kInbound);
}

TEST(RoleTest, WhatAnEarlierListenerMayHaveTakenIsInboundAndMarked) {
  const Socket socket =
      JudgeWithEarlier({Ip("0.0.0.0"), 40000}, Connection("10.0.0.1", 40000, 40001));
  EXPECT_EQ(socket.role, Role::kInbound);
  EXPECT_EQ(socket.flags, kByClosedListener);
}

TEST(RoleTest, AClientMayHaveTakenThePortOfAListenerThatHasClosed) {
  const Socket socket =
      JudgeWithEarlier({Ip("0.0.0.0"), 40000}, Connection("10.0.0.1", 40000, 443));
  EXPECT_EQ(socket.role, Role::kUnknown);
  EXPECT_EQ(socket.flags, 0);
}

TEST(RoleTest, AnEarlierListenerOfAnotherPortChangesNothing) {
  const Socket other = JudgeWithEarlier({Ip("0.0.0.0"), 40002}, Connection("10.0.0.1", 40000, 443));
  EXPECT_EQ(other.role, Role::kOutbound);
  EXPECT_EQ(other.flags, 0);
}

TEST(RoleTest, WhatIsInboundAnywayIsNotMarked) {
  EXPECT_EQ(JudgeWithEarlier({Ip("0.0.0.0"), 443}, Connection("10.0.0.1", 443, 40000)).flags, 0);
  RoleJudge judge(kRange);
  judge.AddEarlierListener({Ip("0.0.0.0"), 40000});
  judge.AddListener(MakeListener("0.0.0.0", 40000));
  Socket socket = Connection("10.0.0.1", 40000, 443);
  judge.Judge(socket);
  EXPECT_EQ(socket.role, Role::kInbound);
  EXPECT_EQ(socket.flags, 0);
}

TEST(RoleTest, BeyondTheBoundOfAddressesAListenersPortMatchesAnyAddress) {
  RoleJudge judge(kRange);
  for (uint32_t i = 0; i < ListenerSet::kMaxAddresses; ++i) {
    Listener listener = MakeListener("10.0.0.1", 80);
    listener.socket.local_address =
        IpAddress::FromV4({11, 0, static_cast<uint8_t>(i >> 8), static_cast<uint8_t>(i)});
    judge.AddListener(listener);
  }
  judge.AddListener(MakeListener("10.0.0.2", 40000));
  EXPECT_EQ(RoleOf(judge, Connection("10.0.0.2", 40000, 443)), Role::kInbound);
  EXPECT_EQ(RoleOf(judge, Connection("10.0.0.1", 40000, 443)), Role::kInbound);
  EXPECT_EQ(RoleOf(judge, Connection("10.0.0.1", 40001, 443)), Role::kOutbound);
}

}  // namespace
}  // namespace tcp_lifecycle
