#pragma once

#include "collectors/collector.h"

namespace tcp_lifecycle {

class ListenCollector final : public Collector {
 public:
  using Report = void;
  absl::string_view Name() const override { return "listen"; }
  std::span<const FamilyDescriptor> Families() const override { return {}; }
  absl::Status Describe(const Snapshot& snapshot, FamilySet& out) const override;
};

}  // namespace tcp_lifecycle
