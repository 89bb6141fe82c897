// The settings that decide about TCP's lifecycle, one gauge each; a setting that this kernel does
// not have is absent. Facts say all: it needs no stream and leaves no report.
#pragma once

#include "collectors/collector.h"

namespace tcp_lifecycle {

class SysctlCollector final : public Collector {
 public:
  absl::string_view Name() const override { return "sysctl"; }
  std::span<const FamilyDescriptor> Families() const override;
  absl::Status Describe(const Snapshot& snapshot, FamilySet& out) const override;
};

}  // namespace tcp_lifecycle
