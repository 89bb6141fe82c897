// Connections that could not be made, counted by the kernel as they fail. Absent where nobody
// counts: it takes BPF, and a program that stays. Needs no stream and leaves no report.
#pragma once

#include "collectors/collector.h"

namespace tcp_lifecycle {

class EventsCollector final : public Collector {
 public:
  absl::string_view Name() const override { return "events"; }
  std::span<const FamilyDescriptor> Families() const override;
  absl::Status Describe(const Snapshot& snapshot, FamilySet& out) const override;
};

}  // namespace tcp_lifecycle
