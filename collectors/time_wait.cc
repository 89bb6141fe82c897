#include "collectors/time_wait.h"

#include "collectors/report_accumulator.h"
#include "collectors/snapshot.h"

namespace tcp_lifecycle {

std::span<const FamilyDescriptor> TimeWaitCollector::Families() const { return {}; }

std::unique_ptr<Accumulator> TimeWaitCollector::Begin(const Snapshot& snapshot) const {
  return std::make_unique<ReportAccumulator<TimeWaitReport>>(snapshot);
}

absl::Status TimeWaitCollector::Describe(const Snapshot&, FamilySet&) const {
  return absl::OkStatus();
}

}  // namespace tcp_lifecycle
