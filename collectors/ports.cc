#include "collectors/ports.h"

#include "collectors/report_accumulator.h"
#include "collectors/snapshot.h"

namespace tcp_lifecycle {

std::span<const FamilyDescriptor> PortsCollector::Families() const { return {}; }

std::unique_ptr<Accumulator> PortsCollector::Begin(const Snapshot& snapshot) const {
  return std::make_unique<ReportAccumulator<PortsReport>>(snapshot);
}

absl::Status PortsCollector::Describe(const Snapshot&, FamilySet&) const {
  return absl::OkStatus();
}

}  // namespace tcp_lifecycle
