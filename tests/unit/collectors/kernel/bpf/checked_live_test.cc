// The check over the running kernel: the walk as it is agrees with sock_diag about a population of
// every kind, and one with a field that is wrong on purpose is given up before its first page.
#include <arpa/inet.h>
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <chrono>
#include <functional>
#include <iostream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "collectors/kernel/bpf/bpf_source.h"
#include "collectors/kernel/bpf/checked_source.h"
#include "collectors/kernel/sock_diag/sock_diag_source.h"
#include "tests/unit/collectors/kernel/new_namespace.h"

namespace tcp_lifecycle {
namespace {

using Change = std::function<void(WireRecord&)>;

// The walk in the kernel, with what it says of the sockets of one table changed.
class WrongWalk : public WalkProgram {
 public:
  WrongWalk(std::unique_ptr<WalkProgram> program, WalkedTable wrong, Change change)
      : program_(std::move(program)), wrong_(wrong), change_(std::move(change)) {}

  absl::Status Run(WalkedTable table, WalkedNetns netns, uint32_t first, uint32_t end) override {
    absl::Status status = program_->Run(table, netns, first, end);
    for (uint32_t i = 0; table == wrong_ && i < control().records; ++i) {
      change_(buffer().records[i]);
    }
    return status;
  }
  const WireControl& control() const override { return program_->control(); }
  WireBuffer& buffer() override { return program_->buffer(); }

 private:
  std::unique_ptr<WalkProgram> program_;
  WalkedTable wrong_;
  Change change_;
};

// Connections over the loopback, in the namespace of the calling thread.
class Population {
 public:
  Population() {
    for (const int family : {AF_INET, AF_INET6}) {
      listener_ = Listen(family, 64);
      for (int i = 0; i < 5; ++i) {
        Pair(family);                         // idle
        KeepAlive(Pair(family).first.get());  // at one end
        Pair(family).first = UniqueFd();      // FIN_WAIT2 and CLOSE_WAIT
        auto& closed = Pair(family);          // TIME_WAIT
        closed.first = UniqueFd();
        closed.second = UniqueFd();
        Stall(Pair(family).first.get());  // zero window
      }
      for (int i = 0; i < 3; ++i) unaccepted_.push_back(Connect(family, *listener_));
      listeners_.push_back(std::exchange(listener_, Listen(family, 0)));
      for (int i = 0; i < 6; ++i) unaccepted_.push_back(Connect(family, *listener_));  // SYN_SENT
      listeners_.push_back(std::move(listener_));
    }
    for (int i = 0; i < 4; ++i) {
      sockaddr_in any = {};
      any.sin_family = AF_INET;
      const UniqueFd& bound = bound_.emplace_back(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
      EXPECT_EQ(bind(bound.get(), reinterpret_cast<const sockaddr*>(&any), sizeof any), 0);
    }
  }

 private:
  using Ends = std::pair<UniqueFd, UniqueFd>;

  static std::unique_ptr<UniqueFd> Listen(int family, int backlog) {
    auto listener = std::make_unique<UniqueFd>(socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const int on = 1;
    if (family == AF_INET6) setsockopt(listener->get(), IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
    EXPECT_EQ(listen(listener->get(), backlog), 0);
    return listener;
  }
  static UniqueFd Connect(int family, const UniqueFd& listener) {
    sockaddr_storage server = {};
    socklen_t length = sizeof server;
    EXPECT_EQ(getsockname(listener.get(), reinterpret_cast<sockaddr*>(&server), &length), 0);
    if (family == AF_INET) {
      reinterpret_cast<sockaddr_in&>(server).sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    } else {
      reinterpret_cast<sockaddr_in6&>(server).sin6_addr = in6addr_loopback;
    }
    UniqueFd client(socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    connect(client.get(), reinterpret_cast<const sockaddr*>(&server), length);
    return client;
  }
  Ends& Pair(int family) {
    UniqueFd client = Connect(family, *listener_);
    UniqueFd accepted(accept(listener_->get(), nullptr, nullptr));
    EXPECT_TRUE(accepted.valid());
    return ends_.emplace_back(std::move(client), std::move(accepted));
  }
  static void KeepAlive(int fd) {
    const int on = 1;
    EXPECT_EQ(setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on), 0);
  }
  static void Stall(int fd) {
    const std::string much(1 << 16, 'x');
    while (send(fd, much.data(), much.size(), MSG_DONTWAIT) > 0) {
    }
  }

  std::unique_ptr<UniqueFd> listener_;
  std::vector<std::unique_ptr<UniqueFd>> listeners_;
  std::vector<Ends> ends_;
  std::vector<UniqueFd> unaccepted_, bound_;
};

struct Case {
  const char* name;
  CheckedField field;
  Change change;
  WalkedTable table = WalkedTable::kConnected;
};

class CheckedLiveTest : public testing::TestWithParam<Case> {};

absl::StatusOr<std::unique_ptr<CheckedSource>> Open(WalkKind kind, const Case& wrong) {
  auto program = LoadWalkProgram(kind);
  if (!program.ok()) return program.status();
  auto dumps = OpenSockDiag();
  if (!dumps.ok()) return dumps.status();
  CheckedSource::Parts parts;
  parts.reader = std::make_unique<BpfSource>(
      "bpf", std::make_unique<WrongWalk>(*std::move(program), wrong.table, wrong.change),
      *std::move(dumps));
  parts.open_fallback = OpenSockDiag;
  parts.lookup = OpenSockDiagLookup();
  parts.observer = std::make_unique<CheckedSource::Observer>();
  return std::make_unique<CheckedSource>(std::move(parts));
}

class WalkTest : public testing::TestWithParam<WalkKind> {};

TEST_P(WalkTest, AsItIsAgrees) {
  auto program = LoadWalkProgram(GetParam());
  if (!program.ok()) GTEST_SKIP() << "SKIPPED: " << program.status();
  const auto body = [&] {
    const Population population;
    BpfSource reader("bpf", *std::move(program), *OpenSockDiag());
    const auto lookup = OpenSockDiagLookup();
    ASSERT_TRUE(lookup.ok());
    for (uint64_t seed = 1; seed <= 20; ++seed) {
      const auto check = CheckReader(reader, **lookup, seed,
                                     Deadline::After(std::chrono::seconds(30)), CheckClock::Real());
      ASSERT_TRUE(check.ok()) << check.status();
      EXPECT_GE(check->compared, 80u);
      for (const Disagreement& one : check->disagreements) {
        ADD_FAILURE() << one.socket << ": " << kCheckedFieldNames[static_cast<size_t>(one.field)]
                      << ' ' << one.reader << " and " << one.sock_diag;
      }
      if (seed == 1) std::cout << check->compared << " compared, " << check->moving << " moving\n";
    }
  };
  if (!InNewNamespace(body)) GTEST_SKIP() << kNoNamespace;
}

INSTANTIATE_TEST_SUITE_P(Both, WalkTest, testing::Values(WalkKind::kCast, WalkKind::kProbe));

TEST_P(CheckedLiveTest, WrongFieldGivesTheReaderUp) {
  absl::Status skipped;
  const auto body = [&] {
    const Population population;
    for (const WalkKind kind : {WalkKind::kCast, WalkKind::kProbe}) {
      auto source = Open(kind, GetParam());
      if (!source.ok()) {
        skipped = source.status();
        return;
      }
      SocketVisitor nobody;
      const auto info = (*source)->ForEach({TcpStateSet::All()},
                                           Deadline::After(std::chrono::seconds(30)), nobody);
      ASSERT_TRUE(info.ok()) << info.status();
      EXPECT_EQ((*source)->Name(), "sock_diag");
      const Disagreements counted = *(*source)->Account().disagreements;
      EXPECT_GE(counted[static_cast<size_t>(GetParam().field)], 3u);
    }
  };
  if (!InNewNamespace(body)) GTEST_SKIP() << kNoNamespace;
  if (!skipped.ok()) GTEST_SKIP() << "SKIPPED: " << skipped;
}

INSTANTIATE_TEST_SUITE_P(
    Wrong, CheckedLiveTest,
    testing::Values(
        Case{"Timer", CheckedField::kTimer, [](WireRecord& record) { record.timer = 0; }},
        Case{"KeepaliveTimer", CheckedField::kTimer,
             [](WireRecord& record) { record.timer = record.timer == 2 ? 0 : record.timer; }},
        Case{"Expiry", CheckedField::kRemaining,
             [](WireRecord& record) { record.jiffies_left ^= 1 << 10; }},
        Case{"State", CheckedField::kState,
             [](WireRecord& record) { record.state = record.state == 1 ? 8 : record.state; }},
        Case{"Retransmits", CheckedField::kRetransmits,
             [](WireRecord& record) { record.retransmits ^= 4; }},
        Case{"Scope", CheckedField::kScope, [](WireRecord& record) { record.scope = 77; }},
        Case{"Keepalive", CheckedField::kKeepalive,
             [](WireRecord& record) { record.flags ^= kWireKeepopen; }},
        Case{"Unaccepted", CheckedField::kUnaccepted,
             [](WireRecord& record) { record.flags |= kWireUnaccepted; }},
        Case{"Ports", CheckedField::kEndpoints,
             [](WireRecord& record) {
               const uint16_t local = record.local_port;
               record.local_port = ntohs(record.remote_port);
               record.remote_port = htons(local);
               record.local_port ^= 1;
             }},
        Case{"Address", CheckedField::kMissing,
             [](WireRecord& record) { record.remote_address ^= 1 << 24; }},
        Case{"BlockedPorts", CheckedField::kPorts,
             [](WireRecord& record) { record.local_port ^= 1 << 15; }, WalkedTable::kPorts},
        Case{"BoundPorts", CheckedField::kEndpoints,
             [](WireRecord& record) {
               if ((record.flags & kWireBlocked) == 0) record.local_port ^= 1 << 15;
             },
             WalkedTable::kPorts}),
    [](const auto& of) { return std::string(of.param.name); });

}  // namespace
}  // namespace tcp_lifecycle
