#include "collectors/sockets.h"

#include "collectors/report_accumulator.h"
#include "collectors/snapshot.h"

namespace tcp_lifecycle {

std::span<const FamilyDescriptor> SocketsCollector::Families() const { return {}; }

std::unique_ptr<Accumulator> SocketsCollector::Begin(const Snapshot& snapshot) const {
  return std::make_unique<ReportAccumulator<SocketsReport>>(snapshot);
}

absl::Status SocketsCollector::Describe(const Snapshot&, FamilySet&) const {
  return absl::OkStatus();
}

}  // namespace tcp_lifecycle
