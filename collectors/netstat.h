// The kernel's own counters of connection events that no other collector has; a counter that this
// kernel does not have is absent. Facts say all: it needs no stream and leaves no report.
#pragma once

#include "collectors/collector.h"

namespace tcp_lifecycle {

class NetstatCollector final : public Collector {
 public:
  absl::string_view Name() const override { return "netstat"; }
  std::span<const FamilyDescriptor> Families() const override;
  absl::Status Describe(const Snapshot& snapshot, FamilySet& out) const override;
};

}  // namespace tcp_lifecycle
