#include "exporter/http/accept_gate.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <deque>
#include <thread>

#include "absl/strings/str_cat.h"
#include "tests/unit/exporter/http/client.h"

extern "C" int tle_gate_accept(int listener, sockaddr* address, socklen_t* address_length);

namespace tcp_lifecycle {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr absl::string_view kRequest = "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n";

// A listening socket as civetweb makes one.
class ListeningSocket {
 public:
  ListeningSocket() : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof(address);
    EXPECT_EQ(bind(fd_.get(), reinterpret_cast<sockaddr*>(&address), length), 0);
    EXPECT_EQ(listen(fd_.get(), 64), 0);
    EXPECT_EQ(getsockname(fd_.get(), reinterpret_cast<sockaddr*>(&address), &length), 0);
    port_ = ntohs(address.sin_port);
  }
  int fd() const { return fd_.get(); }
  uint16_t port() const { return port_; }

 private:
  UniqueFd fd_;
  uint16_t port_ = 0;
};

// Does what civetweb's master thread does: polls the socket, and accepts when it is readable.
UniqueFd AcceptWithin(AcceptGate& gate, int listener, milliseconds wait) {
  const Deadline deadline = Deadline::After(wait);
  while (!deadline.Passed()) {
    pollfd poll_fd = {.fd = listener, .events = POLLIN, .revents = 0};
    if (poll(&poll_fd, 1, static_cast<int>(deadline.Left().count())) <= 0) continue;
    sockaddr_in6 address = {};
    socklen_t length = sizeof(address);
    const int fd = gate.Accept(listener, reinterpret_cast<sockaddr*>(&address), &length);
    if (fd >= 0) return UniqueFd(fd);
  }
  return {};
}

class AcceptGateTest : public testing::Test {
 protected:
  explicit AcceptGateTest(milliseconds wait = seconds(60))
      : gate_({.pending = 3, .wait = wait, .header_bytes = 256}) {
    // The first call replaces the socket; the gate stands before the first client knocks.
    EXPECT_FALSE(Accept(milliseconds(0)).valid());
  }

  UniqueFd Accept(milliseconds wait = seconds(10)) {
    sockaddr_in6 address = {};
    socklen_t length = sizeof(address);
    const int fd = gate_.Accept(socket_.fd(), reinterpret_cast<sockaddr*>(&address), &length);
    return fd >= 0 ? UniqueFd(fd) : AcceptWithin(gate_, socket_.fd(), wait);
  }

  ListeningSocket socket_;
  AcceptGate gate_;
};

class AcceptGateExpiryTest : public AcceptGateTest {
 protected:
  AcceptGateExpiryTest() : AcceptGateTest(milliseconds(300)) {}
};

TEST_F(AcceptGateTest, AConnectionWithAWholeHeaderPasses) {
  Client client(socket_.port());
  client.Send(kRequest);
  const UniqueFd fd = Accept();
  ASSERT_TRUE(fd.valid());
  char bytes[256];
  EXPECT_EQ(recv(fd.get(), bytes, sizeof(bytes), 0), static_cast<ssize_t>(kRequest.size()))
      << "the gate must leave the request to be read";
}

TEST_F(AcceptGateTest, ThePeersAddressIsTold) {
  Client client(socket_.port());
  client.Send(kRequest);
  sockaddr_in address = {};
  socklen_t length = sizeof(address);
  int fd = -1;
  for (const Deadline deadline = Deadline::After(seconds(10)); fd < 0 && !deadline.Passed();) {
    fd = gate_.Accept(socket_.fd(), reinterpret_cast<sockaddr*>(&address), &length);
  }
  const UniqueFd owner(fd);
  ASSERT_TRUE(owner.valid());
  sockaddr_in expected = {};
  length = sizeof(expected);
  getsockname(client.fd(), reinterpret_cast<sockaddr*>(&expected), &length);
  EXPECT_EQ(address.sin_port, expected.sin_port);
  EXPECT_EQ(address.sin_addr.s_addr, htonl(INADDR_LOOPBACK));
}

TEST_F(AcceptGateTest, AHeaderInPiecesPassesWithItsLastPiece) {
  Client client(socket_.port());
  for (const absl::string_view piece : {"GET / HT", "TP/1.1\r\n", "Host: x\r\n", "\r"}) {
    client.Send(piece);
    EXPECT_FALSE(Accept(milliseconds(20)).valid()) << piece;
  }
  client.Send("\n");
  EXPECT_TRUE(Accept().valid());
}

TEST_F(AcceptGateTest, AnIdleClientDoesNotDelayTheOneBehindIt) {
  Client idle(socket_.port());
  EXPECT_FALSE(Accept(milliseconds(20)).valid());
  Client busy(socket_.port());
  busy.Send(kRequest);
  EXPECT_TRUE(Accept().valid());
}

TEST_F(AcceptGateExpiryTest, AClientThatNeverFinishesIsClosedWhateverItSends) {
  Client client(socket_.port());
  const Deadline deadline = Deadline::After(seconds(10));
  while (client.Send("x") && !client.Closed(milliseconds(0)) && !deadline.Passed()) {
    EXPECT_FALSE(Accept(milliseconds(20)).valid());
  }
  EXPECT_FALSE(deadline.Passed());
}

TEST_F(AcceptGateExpiryTest, ASilentClientIsClosedWithoutAnyOtherComing) {
  Client client(socket_.port());
  // Within one call, which nothing else ends.
  EXPECT_FALSE(Accept(seconds(2)).valid());
  EXPECT_TRUE(client.Closed(milliseconds(0)));
}

TEST_F(AcceptGateTest, OneMoreThanTheLimitCostsTheOldestItsPlace) {
  std::deque<Client> clients;
  for (int i = 0; i < 4; ++i) {
    clients.emplace_back(socket_.port());
    EXPECT_FALSE(Accept(milliseconds(5)).valid());
  }
  EXPECT_TRUE(clients[0].Closed(milliseconds(0)));
  for (int i = 1; i < 4; ++i) {
    clients[i].Send(kRequest);
    EXPECT_TRUE(Accept().valid()) << i;
  }
}

TEST_F(AcceptGateTest, AHeaderLongerThanTheLimitPassesForItsRefusal) {
  Client client(socket_.port());
  client.Send(std::string(256, 'x'));
  EXPECT_TRUE(Accept().valid());
}

// Else it would still have a place, and the third of those that stay would cost the first its own.
TEST_F(AcceptGateTest, AClientThatClosesIsForgotten) {
  Client first(socket_.port());
  EXPECT_FALSE(Accept(milliseconds(20)).valid());
  {
    Client client(socket_.port());
    client.Send("GET /");
    EXPECT_FALSE(Accept(milliseconds(20)).valid());
  }
  EXPECT_FALSE(Accept(milliseconds(20)).valid());
  std::deque<Client> others;
  for (int i = 0; i < 2; ++i) {
    others.emplace_back(socket_.port());
    EXPECT_FALSE(Accept(milliseconds(20)).valid());
  }
  EXPECT_FALSE(first.Closed(milliseconds(0)));
}

TEST_F(AcceptGateTest, AClientMayStopSendingAfterItsRequest) {
  Client client(socket_.port());
  client.Send(kRequest);
  shutdown(client.fd(), SHUT_WR);
  EXPECT_TRUE(Accept().valid());
}

TEST_F(AcceptGateTest, EachListenerHasItsOwnPlaces) {
  ListeningSocket other;
  EXPECT_FALSE(AcceptWithin(gate_, other.fd(), milliseconds(0)).valid());
  std::deque<Client> clients;
  for (int i = 0; i < 3; ++i) {
    clients.emplace_back(socket_.port());
    EXPECT_FALSE(Accept(milliseconds(5)).valid());
  }
  Client client(other.port());
  client.Send(kRequest);
  EXPECT_TRUE(AcceptWithin(gate_, other.fd(), seconds(10)).valid());
  EXPECT_FALSE(clients[0].Closed(milliseconds(0)));
}

TEST(AcceptGateThreadTest, WhatNoGateCanBeMadeForIsLeftToTheKernel) {
  AcceptGate gate({});
  EXPECT_EQ(gate.Accept(-1, nullptr, nullptr), -1);
  EXPECT_EQ(errno, EBADF);
}

TEST(AcceptGateThreadTest, OnlyAnAttachedThreadPassesTheGate) {
  ListeningSocket socket;
  AcceptGate gate({});
  Client client(socket.port());  // sends nothing
  std::thread([&] {
    gate.AttachToThread();
    EXPECT_LT(tle_gate_accept(socket.fd(), nullptr, nullptr), 0);
    AcceptGate::DetachFromThread();
  }).join();

  ListeningSocket plain;
  Client silent(plain.port());
  sockaddr_in6 address = {};
  socklen_t length = sizeof(address);
  EXPECT_TRUE(UniqueFd(tle_gate_accept(plain.fd(), reinterpret_cast<sockaddr*>(&address), &length))
                  .valid());
}

TEST(HoldsRequestHeaderTest, LooksForTheEmptyLine) {
  for (const absl::string_view text : {"GET / HTTP/1.1\r\n\r\n", "a\n\n", "a\n\r\nrest", "\n\n"}) {
    EXPECT_TRUE(HoldsRequestHeader(text)) << text;
  }
  for (const absl::string_view text :
       {"", "\n", "\r\n", "GET / HTTP/1.1\r\n", "a\r\n\r", "a\r\r"}) {
    EXPECT_FALSE(HoldsRequestHeader(text)) << text;
  }
}

}  // namespace
}  // namespace tcp_lifecycle
