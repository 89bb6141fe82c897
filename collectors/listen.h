// The accept queues. Listeners that share an address and a port (SO_REUSEPORT, SO_BINDTODEVICE, one
// link-local address on several interfaces) are one group, because the page knows them by these two
// alone. The kMaxGroups fullest groups are reported; the number of the others is.
#pragma once

#include <memory>

#include "collectors/collector.h"

namespace tcp_lifecycle {

class ListenCollector final : public Collector {
 public:
  absl::string_view Name() const override { return "listen"; }
  std::span<const FamilyDescriptor> Families() const override;
  TcpStateSet States() const override {
    return {TcpState::kListen, TcpState::kEstablished, TcpState::kCloseWait};
  }
  std::unique_ptr<Accumulator> Begin(const Snapshot& snapshot) const override;
  absl::Status Describe(const Snapshot& snapshot, FamilySet& out) const override;
};

}  // namespace tcp_lifecycle
