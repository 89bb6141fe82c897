// TIME_WAIT by the end that opened the connection: only the outbound ones cost an ephemeral port.
// Counts real TIME_WAIT; the kernel's own bucket count, beside it, includes orphaned FIN_WAIT2.
#pragma once

#include <memory>

#include "collectors/collector.h"

namespace tcp_lifecycle {

class TimeWaitCollector final : public Collector {
 public:
  absl::string_view Name() const override { return "time_wait"; }
  std::span<const FamilyDescriptor> Families() const override;
  // Listeners as well: the role of a socket is judged by them.
  TcpStateSet States() const override { return {TcpState::kListen, TcpState::kTimeWait}; }
  std::unique_ptr<Accumulator> Begin(const Snapshot& snapshot) const override;
  absl::Status Describe(const Snapshot& snapshot, FamilySet& out) const override;
};

}  // namespace tcp_lifecycle
