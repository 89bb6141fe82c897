#include "collectors/listen.h"

#include "collectors/report_accumulator.h"
#include "collectors/snapshot.h"

namespace tcp_lifecycle {

std::span<const FamilyDescriptor> ListenCollector::Families() const { return {}; }

std::unique_ptr<Accumulator> ListenCollector::Begin(const Snapshot& snapshot) const {
  return std::make_unique<ReportAccumulator<ListenReport>>(snapshot);
}

absl::Status ListenCollector::Describe(const Snapshot&, FamilySet&) const {
  return absl::OkStatus();
}

}  // namespace tcp_lifecycle
