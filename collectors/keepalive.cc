#include "collectors/keepalive.h"

#include "collectors/report_accumulator.h"
#include "collectors/snapshot.h"

namespace tcp_lifecycle {

std::span<const FamilyDescriptor> KeepaliveCollector::Families() const { return {}; }

std::unique_ptr<Accumulator> KeepaliveCollector::Begin(const Snapshot& snapshot) const {
  return std::make_unique<ReportAccumulator<KeepaliveReport>>(snapshot);
}

absl::Status KeepaliveCollector::Describe(const Snapshot&, FamilySet&) const {
  return absl::OkStatus();
}

}  // namespace tcp_lifecycle
