// TIME_WAIT by the end that opened the connection: only the outbound ones cost an ephemeral port.
// Counts real TIME_WAIT; the kernel's own bucket count, beside it, includes orphaned FIN_WAIT2.
#pragma once

#include <array>
#include <cstdint>
#include <memory>

#include "collectors/analysis/seconds_histogram.h"
#include "collectors/collector.h"

namespace tcp_lifecycle {

using TimeWaitHistogram = SecondsHistogram<1, 5, 10, 20, 30, 40, 50, 60>;

struct TimeWaitReport {
  std::array<uint64_t, kRoleCount> sockets{};  // by Role
  TimeWaitHistogram outbound_remaining;        // until each lets go of its port
};

class TimeWaitCollector final : public Collector {
 public:
  using Report = TimeWaitReport;
  absl::string_view Name() const override { return "time_wait"; }
  std::span<const FamilyDescriptor> Families() const override;
  TcpStateSet States() const override { return {TcpState::kTimeWait}; }
  std::unique_ptr<Accumulator> Begin(const Snapshot& snapshot) const override;
  absl::Status Describe(const Snapshot& snapshot, FamilySet& out) const override;
};

}  // namespace tcp_lifecycle
