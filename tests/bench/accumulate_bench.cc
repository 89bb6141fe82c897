// What one socket costs the collectors and the judging of its role, apart and all together: half
// of the sockets in TIME_WAIT, half ESTABLISHED, to some destinations and from many clients.

#include <benchmark/benchmark.h>

#include <memory>
#include <string>
#include <vector>

#include "collectors/analysis/role.h"
#include "collectors/list.h"
#include "collectors/snapshot.h"
#include "tests/unit/builders.h"

namespace tcp_lifecycle {
namespace {

constexpr PortRange kRange = {32768, 60999};
constexpr size_t kSockets = 4096;
constexpr size_t kBatch = 256;

Snapshot MakeSnapshot() {
  Snapshot snapshot;
  snapshot.namespaces.resize(1);
  snapshot.namespaces[0].facts.ephemeral_ports = EphemeralPorts{kRange, {}};
  return snapshot;
}

std::vector<Listener> MakeListeners() {
  std::vector<Listener> listeners;
  for (uint16_t port = 80; port < 92; ++port) listeners.push_back(MakeListener("::", port));
  listeners.push_back(MakeListener("10.0.0.1", 443));
  return listeners;
}

// A third outbound, a third inbound to a wildcard listener, a third to one with an address.
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

void JudgeAll(const RoleJudge& judge, std::span<Socket> sockets) {
  for (Socket& socket : sockets) judge.Judge(socket);
}

RoleJudge MakeJudge() {
  RoleJudge judge(kRange);
  for (const Listener& listener : MakeListeners()) judge.AddListener(listener);
  return judge;
}

void Role(benchmark::State& state) {
  const RoleJudge judge = MakeJudge();
  std::vector<Socket> sockets = MakeSockets();
  size_t at = 0;
  for (auto _ : state) {
    JudgeAll(judge, std::span(sockets).subspan(at, kBatch));
    benchmark::ClobberMemory();
    at = (at + kBatch) % kSockets;
  }
  state.SetItemsProcessed(static_cast<int64_t>(state.iterations() * kBatch));
}
BENCHMARK(Role);

// The collectors that watch the stream and whose name is `only`, or all of them and the role.
void Observe(benchmark::State& state, absl::string_view only) {
  const Snapshot snapshot = MakeSnapshot();
  const RoleJudge judge = MakeJudge();
  std::vector<Socket> sockets = MakeSockets();
  JudgeAll(judge, sockets);
  std::vector<std::unique_ptr<Accumulator>> accumulators;
  for (const auto& collector : MakeCollectors()) {
    if (collector->States().empty() || (only != "all" && only != collector->Name())) continue;
    accumulators.push_back(collector->Begin(snapshot));
    accumulators.back()->ObserveListeners(MakeListeners());
  }
  size_t at = 0;
  for (auto _ : state) {
    const std::span<Socket> batch = std::span(sockets).subspan(at, kBatch);
    if (only == "all") JudgeAll(judge, batch);
    for (const auto& accumulator : accumulators) accumulator->Observe(batch);
    benchmark::ClobberMemory();
    at = (at + kBatch) % kSockets;
  }
  state.SetItemsProcessed(static_cast<int64_t>(state.iterations() * kBatch));
}
BENCHMARK_CAPTURE(Observe, sockets, "sockets");
BENCHMARK_CAPTURE(Observe, time_wait, "time_wait");
BENCHMARK_CAPTURE(Observe, ports, "ports");
BENCHMARK_CAPTURE(Observe, keepalive, "keepalive");
BENCHMARK_CAPTURE(Observe, listen, "listen");
BENCHMARK_CAPTURE(Observe, all, "all");

}  // namespace
}  // namespace tcp_lifecycle
