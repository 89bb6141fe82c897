// The ephemeral ports: the range, what is reserved in it, what is lost to every connect() that lets
// the kernel choose the port, and, for each destination, how full it is and what is still possible.
// Range and reservations are facts and stay on the page when the stream fails.
#pragma once

#include <memory>

#include "collectors/analysis/ranking.h"
#include "collectors/collector.h"

namespace tcp_lifecycle {

class PortsCollector final : public Collector {
 public:
  explicit PortsCollector(const Admission& admission = {}) : admission_(admission) {}
  absl::string_view Name() const override { return "ports"; }
  std::span<const FamilyDescriptor> Families() const override;
  TcpStateSet States() const override { return TcpStateSet::All(); }
  std::unique_ptr<Accumulator> Begin(const Snapshot& snapshot) const override;
  absl::Status Describe(const Snapshot& snapshot, FamilySet& out) const override;

 private:
  Admission admission_;
};

}  // namespace tcp_lifecycle
