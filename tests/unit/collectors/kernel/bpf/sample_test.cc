#include "collectors/kernel/bpf/sample.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "tests/unit/builders.h"

namespace tcp_lifecycle {
namespace {

Socket Numbered(TcpState state, uint16_t number) {
  return MakeSocket(state, "10.0.0.1", number, "10.0.0.2", 80);
}

size_t CountIn(const std::vector<Socket>& sockets, TcpState state) {
  return static_cast<size_t>(std::count_if(
      sockets.begin(), sockets.end(), [&](const Socket& socket) { return socket.state == state; }));
}

TEST(SocketSample, FewSocketsAreAllInIt) {
  SocketSample sample(1);
  std::vector<Socket> sockets;
  for (uint16_t i = 0; i < 10; ++i) sockets.push_back(Numbered(TcpState::kEstablished, i));
  sample.OnSockets(sockets);
  std::vector<int> ports;
  for (const Socket& socket : sample.Sampled()) ports.push_back(socket.local_port);
  for (int i = 0; i < 10; ++i) EXPECT_THAT(ports, testing::Contains(i));
}

TEST(SocketSample, AHundredOfOneKindAreAllInItAndNothingElse) {
  std::vector<Socket> sockets;
  std::vector<int> all;
  for (uint16_t i = 1; i <= SocketSample::kOfAll; ++i) {
    sockets.push_back(Numbered(TcpState::kEstablished, i));
    all.push_back(i);
  }
  for (uint64_t seed = 1; seed <= 10; ++seed) {
    SocketSample sample(seed);
    sample.OnSockets(sockets);
    std::vector<int> ports;
    for (const Socket& socket : sample.Sampled()) ports.push_back(socket.local_port);
    EXPECT_EQ(ports.size(), SocketSample::kOfAll + SocketSample::kOfEachKind);
    EXPECT_THAT(all, testing::IsSubsetOf(ports));
    EXPECT_THAT(ports, testing::Each(testing::Ge(1)));
  }
}

TEST(SocketSample, FourOfAKindAreAllInItBesideVeryManyOthers) {
  std::vector<Socket> sockets;
  for (int i = 0; i < 60000; ++i) {
    sockets.push_back(Numbered(TcpState::kTimeWait, static_cast<uint16_t>(i)));
  }
  for (const size_t i : {10000, 20000, 30000, 40000}) sockets[i].state = TcpState::kLastAck;
  for (uint64_t seed = 1; seed <= 10; ++seed) {
    SocketSample sample(seed);
    sample.OnSockets(sockets);
    std::vector<int> ports;
    for (const Socket& socket : sample.Sampled()) ports.push_back(socket.local_port);
    EXPECT_THAT(ports, testing::IsSupersetOf({10000, 20000, 30000, 40000})) << seed;
    EXPECT_EQ(ports.size(), SocketSample::kOfAll + 2 * SocketSample::kOfEachKind);
  }
}

TEST(SocketSample, VeryManyKindsDoNotMakeItLarge) {
  SocketSample sample(1);
  std::vector<Socket> sockets;
  for (uint16_t i = 0; i < 5000; ++i) {
    Socket& socket = sockets.emplace_back(Numbered(TcpState::kEstablished, i));
    const unsigned kind = i / 10u % 100u;
    socket.state = static_cast<TcpState>(kind % 10);
    socket.timer = static_cast<Timer>(kind / 10 % 5);
    socket.family = kind < 50 ? Family::kIpv4 : Family::kIpv6;
  }
  sample.OnSockets(sockets);
  EXPECT_EQ(sample.Sampled().size(), SocketSample::kOfAll + 64 * SocketSample::kOfEachKind);
}

TEST(SocketSample, RareKindIsInItBesideVeryManyOthers) {
  SocketSample sample(1);
  std::vector<Socket> sockets;
  for (int i = 0; i < 60000; ++i) {
    sockets.push_back(Numbered(TcpState::kTimeWait, static_cast<uint16_t>(i)));
  }
  sockets[30000].state = TcpState::kLastAck;
  Socket& kept_alive = sockets[40000];
  kept_alive.state = TcpState::kEstablished;
  kept_alive.flags = kKeepaliveOn;
  sockets[50000].state = TcpState::kEstablished;
  sample.OnSockets(sockets);
  const std::vector<Socket> sampled = sample.Sampled();
  EXPECT_LE(sampled.size(), 200u);
  EXPECT_GE(CountIn(sampled, TcpState::kLastAck), 1u);
  EXPECT_GE(CountIn(sampled, TcpState::kEstablished), 2u);
}

TEST(SocketSample, EachKindIsInItWhateverSetsItApart) {
  const std::vector<std::function<void(Socket&)>> apart = {
      [](Socket& socket) { socket.state = TcpState::kFinWait1; },
      [](Socket& socket) { socket.family = Family::kIpv6; },
      [](Socket& socket) { socket.timer = Timer::kKeepalive; },
      [](Socket& socket) { socket.role = Role::kInbound; },
      [](Socket& socket) { socket.flags |= kKeepaliveOn; },
      [](Socket& socket) { socket.flags |= kUnaccepted; }};
  std::vector<Socket> sockets;
  for (int i = 0; i < 60000; ++i) {
    sockets.push_back(Numbered(TcpState::kEstablished, static_cast<uint16_t>(i)));
  }
  for (size_t i = 0; i < apart.size(); ++i) apart[i](sockets[9000 * (i + 1)]);
  SocketSample sample(1);
  sample.OnSockets(sockets);
  std::vector<int> ports;
  for (const Socket& socket : sample.Sampled()) ports.push_back(socket.local_port);
  for (size_t i = 0; i < apart.size(); ++i) EXPECT_THAT(ports, testing::Contains(9000 * (i + 1)));
}

TEST(SocketSample, LateSocketsAreAsLikelyAsEarlyOnes) {
  int late = 0;
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    SocketSample sample(seed * 7919);
    std::vector<Socket> sockets;
    for (uint16_t i = 0; i < 10000; ++i) sockets.push_back(Numbered(TcpState::kTimeWait, i));
    sample.OnSockets(sockets);
    for (const Socket& socket : sample.Sampled()) late += socket.local_port >= 5000 ? 1 : 0;
  }
  EXPECT_NEAR(late, 20 * 52, 200);  // half of 104
}

TEST(SocketSample, KeepsEveryRowOfAWantedConnection) {
  SocketSample sample(1);
  std::vector<Socket> sockets(3, Numbered(TcpState::kEstablished, 7));
  sockets[1].remote_port = 81;
  sockets[2].scope = 3;
  sample.Want(Connection::Of(sockets[0]));
  sample.OnSockets(sockets);
  EXPECT_EQ(sample.RowsOf(Connection::Of(sockets[0])).size(), 2u);
  EXPECT_TRUE(sample.RowsOf(Connection::Of(sockets[1])).empty());
}

TEST(SocketSample, CountsWhatIsOnThePortOfAWantedConnection) {
  SocketSample sample(1);
  std::vector<Socket> sockets(3, Numbered(TcpState::kEstablished, 7));
  sockets[1].remote_port = 81;
  sockets[2].local_port = 8;
  sample.Want(Connection::Of(sockets[0]));
  sample.OnSockets(sockets);
  EXPECT_EQ(sample.CountOn(7), 2u);
  EXPECT_EQ(sample.CountOn(8), 0u) << "nobody asked";
}

}  // namespace
}  // namespace tcp_lifecycle
