// Both sides of a check by a test's own tables: a reader of sockets, and the sock_diag that it is
// compared with. They share the sockets until the test makes one of them wrong.
#pragma once

#include <functional>
#include <vector>

#include "collectors/kernel/bpf/reader_check.h"
#include "collectors/kernel/bpf/sample.h"
#include "tests/unit/builders.h"

namespace tcp_lifecycle {

// What the kernel has. Reading it takes no time: the clock moves by pauses alone.
struct FakeKernel {
  std::vector<FoundSocket> sockets;
  Deadline::Clock::time_point now = Deadline::Clock::now();
  int pauses = 0, walks = 0, lookups = 0;
  int calls = 0, refused_call = 0;  // of both readers; none: 0

  absl::Status Answer() {
    return ++calls == refused_call ? absl::PermissionDeniedError("seccomp") : absl::OkStatus();
  }

  // An idle connection of the number `i`.
  Socket& Add(TcpState state, uint16_t i, Timer timer = Timer::kNone, uint32_t remaining_ms = 0) {
    Socket socket = MakeSocket(state, "10.0.0.1", i, "10.0.0.2", 80);
    socket.timer = timer;
    socket.remaining_ms = remaining_ms;
    sockets.push_back({socket, 1000U + i});
    return sockets.back().socket;
  }
  CheckClock Clock() {
    return {[this] { return now; },
            [this](std::chrono::milliseconds time) {
              ++pauses;
              Pass(time);
            }};
  }
  void Pass(std::chrono::milliseconds time) {
    now += time;
    for (FoundSocket& found : sockets) {
      uint32_t& left = found.socket.remaining_ms;
      left -= std::min(left, static_cast<uint32_t>(time.count()));
    }
  }
};

class FakeReader : public SocketSource {
 public:
  explicit FakeReader(FakeKernel& kernel) : kernel_(kernel) {}

  absl::string_view Name() const override { return "bpf"; }
  ReaderAccount Account() const override { return {.bpf_seconds = 1.5}; }
  absl::StatusOr<PassInfo> ForEach(const SocketQuery& query, const Deadline& deadline,
                                   SocketVisitor& visitor) override {
    if (absl::Status answer = kernel_.Answer(); !answer.ok()) return answer;
    if (before_ports && query.states == TcpStateSet{TcpState::kBoundInactive}) before_ports();
    if (query.states.Contains(TcpState::kBoundInactive) && blocked) {
      visitor.OnBlockedPorts(0, *blocked);
    }
    if (!query.states.Contains(TcpState::kEstablished)) return PassInfo();
    if (deadline.Passed()) return absl::DeadlineExceededError("walk");
    if (before_pass) before_pass();
    ++kernel_.walks;
    std::vector<Socket> sockets;
    for (const FoundSocket& found : kernel_.sockets) {
      if (!query.states.Contains(found.socket.state)) continue;
      Socket socket = found.socket;
      if (socket.timer == Timer::kKeepalive) socket.flags |= kKeepaliveOn;
      if (socket.timer == Timer::kNone) socket.flags |= kKeepaliveOff;
      if (!wrong || wrong(socket)) sockets.push_back(socket);
    }
    visitor.OnSockets(sockets);
    PassInfo info;
    info.sockets = sockets.size();
    return info;
  }

  std::optional<PortSet> blocked;
  std::function<void()> before_pass, before_ports;
  std::function<bool(Socket&)> wrong;  // false: the socket is left out

 private:
  FakeKernel& kernel_;
};

class FakeLookup : public SocketLookup {
 public:
  explicit FakeLookup(FakeKernel& kernel) : kernel_(kernel) {}

  absl::StatusOr<std::optional<FoundSocket>> Find(const Socket& socket,
                                                  const Deadline& deadline) override {
    if (absl::Status answer = kernel_.Answer(); !answer.ok()) return answer;
    if (deadline.Passed()) return absl::DeadlineExceededError("lookup");
    if (!status.ok()) return status;
    ++kernel_.lookups;
    if (before_find) before_find();
    for (const FoundSocket& found : kernel_.sockets) {
      if (found.socket.state == TcpState::kBoundInactive) continue;
      const bool same = Connection::Of(found.socket) == Connection::Of(socket);
      // As the kernel: what is bound to no interface has them all.
      const bool in_scope = found.socket.scope == 0 || found.socket.scope == socket.scope;
      if (same && in_scope) return found;
    }
    return std::nullopt;
  }
  absl::StatusOr<std::vector<FoundSocket>> First(TcpStateSet states, size_t most,
                                                 const Deadline&) override {
    if (absl::Status answer = kernel_.Answer(); !answer.ok()) return answer;
    if (!status.ok()) return status;
    std::vector<FoundSocket> first;
    for (const FoundSocket& found : kernel_.sockets) {
      if (first.size() < most && states.Contains(found.socket.state)) first.push_back(found);
    }
    return first;
  }
  bool ListsBound() const override { return lists_bound; }

  absl::Status status;
  bool lists_bound = true;
  std::function<void()> before_find;

 private:
  FakeKernel& kernel_;
};

}  // namespace tcp_lifecycle
