#include "collectors/report_accumulator.h"

#include <gtest/gtest.h>

#include "collectors/reports/ports_report.h"
#include "tests/unit/collectors/metrics_page.h"

namespace tcp_lifecycle {
namespace {

// Counts sockets as used ports: any report will do.
class CountingAccumulator final : public ReportAccumulator<PortsReport, uint32_t> {
 public:
  using ReportAccumulator::ReportAccumulator;
  void Observe(std::span<const Socket> sockets) override {
    for (const Socket& socket : sockets) ++Of(socket);
  }

 private:
  absl::StatusOr<PortsReport> Make(uint32_t count, const NamespaceFacts& facts,
                                   const PassInfo&) const override {
    if (!facts.counters.status.ok()) return facts.counters.status;
    PortsReport report;
    report.used = count;
    return report;
  }
};

Snapshot ThreeNamespaces() {
  Snapshot snapshot;
  for (const char* name : {"a", "b", "c"}) snapshot.namespaces.push_back(MakeNamespace(name));
  return snapshot;
}

TEST(ReportAccumulatorTest, ASocketCountsInItsOwnNamespace) {
  Snapshot snapshot = ThreeNamespaces();
  CountingAccumulator accumulator(snapshot);
  std::vector<Socket> sockets(3);
  sockets[1].namespace_index = sockets[2].namespace_index = 2;
  accumulator.Observe(sockets);
  accumulator.Finish(snapshot);
  EXPECT_EQ(snapshot.namespaces[0].reports.Get<PortsReport>()->used, 1);
  EXPECT_EQ(snapshot.namespaces[1].reports.Get<PortsReport>()->used, 0);
  EXPECT_EQ(snapshot.namespaces[2].reports.Get<PortsReport>()->used, 2);
}

TEST(ReportAccumulatorTest, StatesMayBeginWithWhatTheCollectorKnows) {
  Snapshot snapshot = ThreeNamespaces();
  CountingAccumulator accumulator(std::vector<uint32_t>{7, 8, 9});
  accumulator.Finish(snapshot);
  EXPECT_EQ(snapshot.namespaces[2].reports.Get<PortsReport>()->used, 9);
}

TEST(ReportAccumulatorTest, AFailedStreamIsTheReportsErrorInItsNamespaceOnly) {
  Snapshot snapshot = ThreeNamespaces();
  snapshot.namespaces[1].stream = absl::DataLossError("lost");
  CountingAccumulator(snapshot).Finish(snapshot);
  EXPECT_TRUE(snapshot.namespaces[0].reports.StatusOf<PortsReport>().ok());
  EXPECT_EQ(snapshot.namespaces[1].reports.StatusOf<PortsReport>(), absl::DataLossError("lost"));
  EXPECT_TRUE(snapshot.namespaces[2].reports.StatusOf<PortsReport>().ok());
}

TEST(ReportAccumulatorTest, AReportThatCannotBeMadeIsAnErrorInItsNamespaceOnly) {
  Snapshot snapshot = ThreeNamespaces();
  FailFacts(snapshot.namespaces[0].facts);
  CountingAccumulator(snapshot).Finish(snapshot);
  EXPECT_EQ(snapshot.namespaces[0].reports.StatusOf<PortsReport>(),
            absl::UnavailableError("counters"));
  EXPECT_TRUE(snapshot.namespaces[1].reports.StatusOf<PortsReport>().ok());
}

}  // namespace
}  // namespace tcp_lifecycle
