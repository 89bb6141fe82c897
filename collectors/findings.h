// The rules of collectors/findings/ as one family. It looks at the reports of the other collectors:
// a rule about one that is switched off is absent.
#pragma once

#include "collectors/collector.h"
#include "collectors/findings/rule.h"

namespace tcp_lifecycle {

class FindingsCollector final : public Collector {
 public:
  explicit FindingsCollector(const FindingSettings& settings = {}) : settings_(settings) {}
  absl::string_view Name() const override { return "findings"; }
  std::span<const FamilyDescriptor> Families() const override;
  void Conclude(Snapshot& snapshot) const override;
  absl::Status Describe(const Snapshot& snapshot, FamilySet& out) const override;

 private:
  FindingSettings settings_;
};

}  // namespace tcp_lifecycle
