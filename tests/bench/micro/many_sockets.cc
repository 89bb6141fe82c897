#include "tests/bench/micro/many_sockets.h"

#include "tests/unit/builders.h"
#include "tests/unit/collectors/metrics_page.h"

namespace tcp_lifecycle {
namespace {

constexpr PortRange kRange = {32768, 60999};

}  // namespace

Snapshot MakeBusySnapshot() {
  Snapshot snapshot = MakeSnapshot();
  snapshot.namespaces[0].facts.ephemeral_ports = EphemeralPorts{kRange, {}};
  return snapshot;
}

std::vector<Listener> MakeListeners() {
  std::vector<Listener> listeners;
  for (uint16_t port = 80; port < 92; ++port) listeners.push_back(MakeListener("::", port));
  listeners.push_back(MakeListener("10.0.0.1", 443));
  return listeners;
}

std::vector<Socket> MakeSockets() {
  std::vector<Socket> sockets;
  for (size_t i = 0; i < kSockets; ++i) {
    const auto ephemeral = static_cast<uint16_t>(kRange.min + i * 31 % kRange.size());
    const bool outbound = i % 3 == 0;
    const uint16_t listening = i % 3 == 1 ? 80 : 443;
    Socket socket =
        MakeSocket(i % 2 == 0 ? TcpState::kTimeWait : TcpState::kEstablished, "10.0.0.1",
                   outbound ? ephemeral : listening, "10.0.0.2", outbound ? 6379 : ephemeral);
    socket.timer = i % 2 == 0 ? Timer::kTimeWait : i % 5 == 0 ? Timer::kKeepalive : Timer::kNone;
    socket.remaining_ms = static_cast<uint32_t>(i * 7919 % 60000);
    sockets.push_back(socket);
  }
  return sockets;
}

RoleJudge MakeJudge() {
  RoleJudge judge(kRange);
  for (const Listener& listener : MakeListeners()) judge.AddListener(listener);
  return judge;
}

}  // namespace tcp_lifecycle
