// What the sockets' timers wait for, and who would notice a dead peer. A socket shows one timer at
// a time, so whether SO_KEEPALIVE is set is unknown while it retransmits or probes a zero window,
// unless the source sees the option itself.
//
// Timers are counted over the rows of `ss -tano`: every state, LISTEN (timer none) and TIME_WAIT
// included, but bound-inactive sockets, which have no timer and which `ss` leaves out.
#pragma once

#include <memory>

#include "collectors/collector.h"

namespace tcp_lifecycle {

class KeepaliveCollector final : public Collector {
 public:
  absl::string_view Name() const override { return "keepalive"; }
  std::span<const FamilyDescriptor> Families() const override;
  TcpStateSet States() const override {
    return TcpStateSet::All().Without(TcpState::kBoundInactive);
  }
  std::unique_ptr<Accumulator> Begin(const Snapshot& snapshot) const override;
  absl::Status Describe(const Snapshot& snapshot, FamilySet& out) const override;
};

}  // namespace tcp_lifecycle
