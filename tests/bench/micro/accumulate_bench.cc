// What one socket costs the collectors and the judging of its role, apart and all together.

#include <benchmark/benchmark.h>

#include <memory>
#include <span>
#include <vector>

#include "collectors/list.h"
#include "tests/bench/micro/many_sockets.h"

namespace tcp_lifecycle {
namespace {

void JudgeAll(const RoleJudge& judge, std::span<Socket> sockets) {
  for (Socket& socket : sockets) judge.Judge(socket);
}

// Calls `work` with one batch after another.
template <typename Work>
void Measure(benchmark::State& state, std::vector<Socket> sockets, Work work) {
  size_t at = 0;
  for (auto _ : state) {
    work(std::span(sockets).subspan(at, kBatch));
    benchmark::ClobberMemory();
    at = (at + kBatch) % kSockets;
  }
  state.SetItemsProcessed(static_cast<int64_t>(state.iterations() * kBatch));
  state.SetLabel("socket");
}

void JudgeRole(benchmark::State& state) {
  const RoleJudge judge = MakeJudge();
  Measure(state, MakeSockets(), [&](std::span<Socket> batch) { JudgeAll(judge, batch); });
}
BENCHMARK(JudgeRole);

// The collectors that watch the stream and whose name is `only`, or all of them and the role.
void Accumulate(benchmark::State& state, absl::string_view only) {
  const Snapshot snapshot = MakeBusySnapshot();
  const RoleJudge judge = MakeJudge();
  std::vector<Socket> sockets = MakeSockets();
  JudgeAll(judge, sockets);
  std::vector<std::unique_ptr<Accumulator>> accumulators;
  for (const auto& collector : MakeCollectors()) {
    if (collector->States().empty() || (only != "all" && only != collector->Name())) continue;
    accumulators.push_back(collector->Begin(snapshot));
    accumulators.back()->ObserveListeners(MakeListeners());
  }
  Measure(state, std::move(sockets), [&](std::span<Socket> batch) {
    if (only == "all") JudgeAll(judge, batch);
    for (const auto& accumulator : accumulators) accumulator->Observe(batch);
  });
}
BENCHMARK_CAPTURE(Accumulate, sockets, "sockets");
BENCHMARK_CAPTURE(Accumulate, time_wait, "time_wait");
BENCHMARK_CAPTURE(Accumulate, ports, "ports");
BENCHMARK_CAPTURE(Accumulate, keepalive, "keepalive");
BENCHMARK_CAPTURE(Accumulate, listen, "listen");
BENCHMARK_CAPTURE(Accumulate, all, "all");

}  // namespace
}  // namespace tcp_lifecycle
