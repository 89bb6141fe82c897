// The walk in the running kernel: a population that stands still must be read exactly, in each of
// many passes, while other sockets come and go in the same table.
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <atomic>
#include <chrono>
#include <iostream>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "collectors/base/unique_fd.h"
#include "collectors/kernel/bpf/table_walk.h"
#include "tests/unit/collectors/kernel/new_namespace.h"

namespace tcp_lifecycle {
namespace {

constexpr uint16_t kPort = 9000;
constexpr uint32_t kStanding = 0x7f010000;  // 127.1.x.y: the destinations that stand still
constexpr uint32_t kMoving = INADDR_LOOPBACK;
constexpr int kEstablished = 4000, kTimeWait = 2000, kBound = 50;
constexpr int kPasses = 200, kMostRounds = 10;
constexpr std::chrono::seconds kStandsStill(50);  // TIME_WAIT lasts 60

void Check(bool good, const char* what) {
  if (!good) ADD_FAILURE() << what << ": " << std::strerror(errno);
}

const sockaddr* Generic(const sockaddr_in& address) {
  return reinterpret_cast<const sockaddr*>(&address);
}

sockaddr_in Address(uint32_t address, uint16_t port) {
  sockaddr_in made = {};
  made.sin_family = AF_INET;
  made.sin_addr.s_addr = htonl(address);
  made.sin_port = htons(port);
  return made;
}

UniqueFd TcpSocket() { return UniqueFd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)); }

UniqueFd Listening() {
  UniqueFd listener = TcpSocket();
  const sockaddr_in any = Address(INADDR_ANY, kPort);
  Check(bind(listener.get(), Generic(any), sizeof any) == 0, "bind");
  Check(listen(listener.get(), 128) == 0, "listen");
  return listener;
}

// Leaves a TIME_WAIT at the client; false where a port is missing.
bool ConnectAndClose(const UniqueFd& listener, uint32_t address) {
  UniqueFd client = TcpSocket();
  const sockaddr_in server = Address(address, kPort);
  if (connect(client.get(), Generic(server), sizeof server) != 0) return false;
  const UniqueFd accepted(accept(listener.get(), nullptr, nullptr));
  client = UniqueFd();
  return accepted.get() >= 0;
}

// ESTABLISHED by TCP_REPAIR, TIME_WAIT by closing, and bound ones.
std::vector<UniqueFd> MakeStanding(const UniqueFd& listener) {
  std::vector<UniqueFd> sockets;
  const int on = 1;
  for (int i = 0; i < kEstablished; ++i) {
    UniqueFd& made = sockets.emplace_back(TcpSocket());
    Check(setsockopt(made.get(), IPPROTO_TCP, TCP_REPAIR, &on, sizeof on) == 0, "TCP_REPAIR");
    const sockaddr_in server = Address(kStanding + static_cast<uint32_t>(i % 7), kPort);
    Check(connect(made.get(), Generic(server), sizeof server) == 0, "connect");
  }
  for (int i = 0; i < kTimeWait; ++i) {
    Check(ConnectAndClose(listener, kStanding + 1000 + static_cast<uint32_t>(i % 7)), "connect");
  }
  for (int i = 0; i < kBound; ++i) {
    UniqueFd& made = sockets.emplace_back(TcpSocket());
    const sockaddr_in local = Address(kStanding, static_cast<uint16_t>(2000 + i));
    Check(bind(made.get(), Generic(local), sizeof local) == 0, "bind");
  }
  return sockets;
}

struct Sums {
  uint64_t count = 0, sum = 0, exclusive = 0;
  bool operator==(const Sums&) const = default;
};
std::ostream& operator<<(std::ostream& out, const Sums& sums) {
  return out << sums.count << " sockets, sum " << sums.sum << ", xor " << sums.exclusive;
}

// What stands still in the calling thread's namespace: a count alone could be right by luck.
Sums Read(WalkProgram& program, WalkedTable table, TableWalkCounts& total) {
  Sums sums;
  const auto counts = WalkTable(
      program, table, WalkedNetns::kOwn, Deadline::After(std::chrono::seconds(30)),
      [&](std::span<const WireRecord> records) {
        for (const WireRecord& record : records) {
          if ((record.flags & kWireBlocked) != 0) continue;
          const uint32_t address =
              ntohl(table == WalkedTable::kPorts ? record.local_address : record.remote_address);
          if (address >> 16 != kStanding >> 16) continue;
          const uint64_t fingerprint =
              (uint64_t{record.hash} << 32) + (uint64_t{address} << 16) + record.local_port;
          ++sums.count;
          sums.sum += fingerprint;
          sums.exclusive ^= fingerprint;
        }
      });
  EXPECT_TRUE(counts.ok()) << counts.status();
  if (counts.ok()) {
    total.pieces += counts->pieces;
    total.rewalks += counts->rewalks;
  }
  return sums;
}

// Connections that are closed at once, in the calling thread's namespace.
void Churn(const UniqueFd& listener, const std::atomic<bool>& stop, std::atomic<int>& connections) {
  while (!stop) {
    if (ConnectAndClose(listener, kMoving)) ++connections;
  }
}

// The same in one namespace after the other, to an address that stands still here.
void ChurnElsewhere(const std::atomic<bool>& stop, std::atomic<int>& connections) {
  while (!stop) {
    InNewNamespace([&] {
      const UniqueFd listener = Listening();
      for (int i = 0; i < 500 && !stop; ++i) {
        if (ConnectAndClose(listener, kStanding)) ++connections;
      }
    });
  }
}

class LiveWalkTest : public testing::TestWithParam<std::pair<WalkKind, uint32_t>> {
 protected:
  // As many passes as end before the first TIME_WAIT does, in a namespace of their own.
  void ReadInNewNamespace(WalkProgram& program) {
    const auto end = std::chrono::steady_clock::now() + kStandsStill;
    const UniqueFd listener = Listening();
    const std::vector<UniqueFd> standing = MakeStanding(listener);
    const Sums connected = Read(program, WalkedTable::kConnected, total_);
    ASSERT_EQ(connected.count, kEstablished + kTimeWait);
    const Sums bound = Read(program, WalkedTable::kPorts, total_);
    ASSERT_EQ(bound.count, kBound);

    std::atomic<bool> stop = false;
    std::thread here([&] { Churn(listener, stop, connections_); });
    std::thread elsewhere([&] { ChurnElsewhere(stop, connections_); });
    for (; passes_ < kPasses; ++passes_) {
      const Sums connected_now = Read(program, WalkedTable::kConnected, total_);
      const Sums bound_now = Read(program, WalkedTable::kPorts, total_);
      if (std::chrono::steady_clock::now() > end) break;
      EXPECT_EQ(connected_now, connected) << "pass " << passes_;
      EXPECT_EQ(bound_now, bound) << "pass " << passes_;
    }
    stop = true;
    here.join();
    elsewhere.join();
  }

  TableWalkCounts total_;
  std::atomic<int> connections_ = 0;
  int passes_ = 0;
};

TEST_P(LiveWalkTest, WhatStandsStillIsExactInEveryPass) {
  auto loaded = LoadWalkProgram(GetParam().first, GetParam().second);
  if (!loaded.ok()) GTEST_SKIP() << "SKIPPED: " << loaded.status();
  WalkProgram& program = **loaded;
  for (int round = 0; passes_ < kPasses; ++round) {
    ASSERT_LT(round, kMostRounds) << "this machine is too slow";
    if (!InNewNamespace([&] { ReadInNewNamespace(program); })) GTEST_SKIP() << kNoNamespace;
    if (HasFailure()) return;
  }
  EXPECT_GT(connections_, kPasses);
  std::cout << kPasses << " passes in " << total_.pieces << " pieces, " << total_.rewalks
            << " buckets walked again, " << program.control().strangers << " strangers, beside "
            << connections_ << " connections\n";
}

INSTANTIATE_TEST_SUITE_P(ProgramAndBuffer, LiveWalkTest,
                         testing::Values(std::pair(WalkKind::kCast, WIRE_RECORDS),
                                         std::pair(WalkKind::kCast, 512),
                                         std::pair(WalkKind::kProbe, WIRE_RECORDS),
                                         std::pair(WalkKind::kProbe, 512)));

}  // namespace
}  // namespace tcp_lifecycle
