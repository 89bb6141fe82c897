// The ephemeral ports: the range, what is reserved in it, what is lost to every connect() that lets
// the kernel choose the port, and what is in use. Range and reservations are facts and stay on the
// page when the stream fails.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>

#include "collectors/analysis/port_use.h"
#include "collectors/collector.h"

namespace tcp_lifecycle {

struct PortsReport {
  // By PortBlock, among the usable ports. A port counts once, for the first in this order that
  // holds it. kBound is nullopt where the source cannot see bound-inactive sockets.
  std::array<std::optional<uint32_t>, kPortBlockCount> blocked{};
  uint32_t used = 0;  // distinct usable ports that any socket holds, listeners included
};

class PortsCollector final : public Collector {
 public:
  using Report = PortsReport;
  absl::string_view Name() const override { return "ports"; }
  std::span<const FamilyDescriptor> Families() const override;
  TcpStateSet States() const override { return TcpStateSet::All(); }
  std::unique_ptr<Accumulator> Begin(const Snapshot& snapshot) const override;
  absl::Status Describe(const Snapshot& snapshot, FamilySet& out) const override;
};

}  // namespace tcp_lifecycle
