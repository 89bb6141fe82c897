// What a page costs once the sockets are read: from the reports of all collectors to its text, and
// the text compressed as for a client that accepts gzip.

#include <benchmark/benchmark.h>

#include <memory>
#include <string>
#include <vector>

#include "collectors/list.h"
#include "collectors/metrics/text_format.h"
#include "exporter/http/gzip.h"
#include "tests/bench/micro/many_sockets.h"

namespace tcp_lifecycle {
namespace {

using Collectors = std::vector<std::unique_ptr<const Collector>>;

// What a pass over the sockets leaves.
Snapshot MakeReports(const Collectors& collectors) {
  Snapshot snapshot = MakeBusySnapshot();
  const RoleJudge judge = MakeJudge();
  std::vector<Socket> sockets = MakeSockets();
  for (Socket& socket : sockets) judge.Judge(socket);
  for (const auto& collector : collectors) {
    if (collector->States().empty()) continue;
    const std::unique_ptr<Accumulator> accumulator = collector->Begin(snapshot);
    accumulator->ObserveListeners(MakeListeners());
    accumulator->Observe(sockets);
    accumulator->Finish(snapshot);
  }
  return snapshot;
}

std::string PageOf(const Collectors& collectors, const Snapshot& snapshot) {
  std::string page;
  for (const auto& collector : collectors) {
    FamilySet families;
    collector->Describe(snapshot, families).IgnoreError();
    page += ToText(families.families());
  }
  return page;
}

void SerializePage(benchmark::State& state) {
  const Collectors collectors = MakeCollectors();
  const Snapshot snapshot = MakeReports(collectors);
  for (auto _ : state) benchmark::DoNotOptimize(PageOf(collectors, snapshot));
  state.SetItemsProcessed(static_cast<int64_t>(state.iterations()));
  state.SetLabel("page");
}
BENCHMARK(SerializePage);

void CompressPage(benchmark::State& state) {
  const Collectors collectors = MakeCollectors();
  const std::string page = PageOf(collectors, MakeReports(collectors));
  for (auto _ : state) benchmark::DoNotOptimize(Gzip(page));
  state.SetItemsProcessed(static_cast<int64_t>(state.iterations()));
  state.SetLabel("page");
}
BENCHMARK(CompressPage);

}  // namespace
}  // namespace tcp_lifecycle
