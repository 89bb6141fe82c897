// The counters of failed connections in the running kernel.
#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <fstream>
#include <string>
#include <thread>

#include "collectors/base/unique_fd.h"
#include "collectors/kernel/bpf/connect_events_reader.h"
#include "collectors/kernel/bpf/walk_program.h"
#include "tests/unit/collectors/kernel/bpf/no_capabilities.h"
#include "tests/unit/collectors/kernel/new_namespace.h"

namespace tcp_lifecycle {
namespace {

constexpr uint16_t kOpen = 9000, kClosed = 9001;

// 0, or why it failed.
int Connect(const UniqueFd& client, uint16_t port) {
  sockaddr_in server = {};
  server.sin_family = AF_INET;
  server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  server.sin_port = htons(port);
  return connect(client.get(), reinterpret_cast<const sockaddr*>(&server), sizeof server) == 0
             ? 0
             : errno;
}

UniqueFd TcpSocket() { return UniqueFd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)); }

uint64_t Failures(const ConnectEvents& events, ConnectError error) {
  return events.failures[static_cast<size_t>(error)];
}

TEST(LiveConnectCounters, CountWhatFailsInTheirNamespaceAlone) {
  absl::Status skipped;
  const bool permitted = InNewNamespace([&] {
    auto reader = CountConnectEvents(static_cast<uint32_t>(NamespaceInode()));
    skipped = LoadWalkProgram(WalkKind::kProbe).status();
    if (!skipped.ok()) return;
    ASSERT_TRUE(reader.ok()) << reader.status();
    EXPECT_EQ((*reader)->Read()->destinations.size(), 0u);

    const UniqueFd listener = TcpSocket();
    sockaddr_in any = {};
    any.sin_family = AF_INET;
    any.sin_port = htons(kOpen);
    ASSERT_EQ(bind(listener.get(), reinterpret_cast<const sockaddr*>(&any), sizeof any), 0);
    ASSERT_EQ(listen(listener.get(), 8), 0);
    for (int i = 0; i < 3; ++i) EXPECT_EQ(Connect(TcpSocket(), kClosed), ECONNREFUSED);
    std::ofstream("/proc/sys/net/ipv4/ip_local_port_range") << "40000 40000";
    const UniqueFd client = TcpSocket();
    EXPECT_EQ(Connect(client, kOpen), 0);
    for (int i = 0; i < 2; ++i) EXPECT_EQ(Connect(TcpSocket(), kOpen), EADDRNOTAVAIL);
    InNewNamespace([] { EXPECT_EQ(Connect(TcpSocket(), kClosed), ECONNREFUSED); });

    const absl::StatusOr<ConnectEvents> events = (*reader)->Read();
    ASSERT_TRUE(events.ok()) << events.status();
    EXPECT_EQ(Failures(*events, ConnectError::kConnRefused), 3u);
    EXPECT_EQ(Failures(*events, ConnectError::kAddrNotAvail), 2u);
    EXPECT_EQ(Failures(*events, ConnectError::kOther), 0u);
    EXPECT_EQ(events->exhausted_elsewhere, 0u);
    ASSERT_EQ(events->destinations.size(), 1u);
    EXPECT_EQ(EndpointText(events->destinations[0].address, events->destinations[0].port),
              "127.0.0.1:9000");
    EXPECT_EQ(events->destinations[0].exhausted, 2u);
  });
  if (!permitted) GTEST_SKIP() << kNoNamespace;
  if (!skipped.ok()) GTEST_SKIP() << "SKIPPED: " << skipped;
}

TEST(LiveConnectCounters, WithoutTheRightThereAreNone) {
  absl::Status status;
  InThreadWithoutCapabilities([&] { status = CountConnectEvents(1).status(); });
  EXPECT_TRUE(absl::IsPermissionDenied(status)) << status;
}

TEST(LiveConnectCounters, ANamespaceWithoutANumberIsNotFound) {
  EXPECT_EQ(CountConnectEvents(0).status(),
            absl::NotFoundError("the network namespace has no number"));
}

}  // namespace
}  // namespace tcp_lifecycle
