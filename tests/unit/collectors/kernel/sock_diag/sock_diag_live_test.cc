// The source against the running kernel, in a network namespace of its own.
#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <vector>

#include "collectors/base/unique_fd.h"
#include "collectors/kernel/sock_diag/sock_diag_source.h"
#include "tests/unit/collectors/kernel/new_namespace.h"
#include "tests/unit/collectors/kernel/no_more_files.h"

namespace tcp_lifecycle {
namespace {

using ::testing::SizeIs;

struct Seen : SocketVisitor {
  void OnListeners(std::span<Listener> batch) override {
    EXPECT_TRUE(sockets.empty()) << "listeners must come before all other sockets";
    listeners.insert(listeners.end(), batch.begin(), batch.end());
  }
  void OnSockets(std::span<Socket> batch) override {
    sockets.insert(sockets.end(), batch.begin(), batch.end());
  }
  std::vector<Listener> listeners;
  std::vector<Socket> sockets;
};

Deadline Soon() { return Deadline::After(std::chrono::seconds(10)); }

sockaddr_in Loopback(uint16_t port) {
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

UniqueFd Bound(uint16_t port) {
  UniqueFd fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const sockaddr_in address = Loopback(port);
  EXPECT_EQ(bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  return fd;
}

UniqueFd Listening(uint16_t port, int backlog) {
  UniqueFd fd = Bound(port);
  EXPECT_EQ(listen(fd.get(), backlog), 0);
  return fd;
}

UniqueFd Connected(uint16_t port) {
  UniqueFd fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const sockaddr_in address = Loopback(port);
  EXPECT_EQ(connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  return fd;
}

TEST(LiveSockDiag, TellsListenerUnacceptedAndBoundSocketsApart) {
  const bool permitted = InNewNamespace([] {
    UniqueFd listener = Listening(8080, 7);
    UniqueFd bound = Bound(8081);
    UniqueFd client = Connected(8080);
    auto source = OpenSockDiag();
    ASSERT_TRUE(source.ok()) << source.status();

    Seen seen;
    absl::StatusOr<PassInfo> info = (*source)->ForEach({}, Soon(), seen);
    ASSERT_TRUE(info.ok()) << info.status();

    ASSERT_THAT(seen.listeners, SizeIs(1));
    EXPECT_EQ(seen.listeners[0].socket.local_port, 8080);
    EXPECT_EQ(seen.listeners[0].accept_queue, 1u);
    EXPECT_EQ(seen.listeners[0].backlog, 7u);
    EXPECT_EQ(seen.listeners[0].drops, 0u);
    std::vector<TcpState> connected_states;
    int unaccepted = 0;
    bool saw_bound = false;
    for (const Socket& socket : seen.sockets) {
      saw_bound |= socket.state == TcpState::kBoundInactive && socket.local_port == 8081;
      if (socket.state == TcpState::kEstablished) connected_states.push_back(socket.state);
      if ((socket.flags & kUnaccepted) != 0) {
        ++unaccepted;
        EXPECT_EQ(socket.local_port, 8080);
      }
    }
    EXPECT_THAT(connected_states, SizeIs(2));
    EXPECT_EQ(unaccepted, 1);
    EXPECT_EQ(saw_bound, info->knows_bound_inactive);
    EXPECT_EQ(info->sockets, seen.listeners.size() + seen.sockets.size());
    EXPECT_EQ(info->malformed, 0u);
    EXPECT_EQ(info->unknown_states, 0u);
  });
  if (!permitted) GTEST_SKIP() << kNoNamespace;
}

TEST(LiveSockDiag, WithoutASocketItDoesNotOpen) {
  absl::Status status;
  WithNoMoreFiles([&] { status = OpenSockDiag().status(); });
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted) << status;
}

TEST(LiveSockDiag, AsksOnlyForTheStatesOfTheQuery) {
  const bool permitted = InNewNamespace([] {
    UniqueFd listener = Listening(8080, 7);
    UniqueFd client = Connected(8080);
    auto source = OpenSockDiag();
    ASSERT_TRUE(source.ok()) << source.status();

    Seen seen;
    ASSERT_TRUE((*source)->ForEach({.states = {TcpState::kListen}}, Soon(), seen).ok());
    EXPECT_THAT(seen.listeners, SizeIs(1));
    EXPECT_THAT(seen.sockets, SizeIs(0));
  });
  if (!permitted) GTEST_SKIP() << kNoNamespace;
}

}  // namespace
}  // namespace tcp_lifecycle
