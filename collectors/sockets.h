// How many sockets there are, by family and state, and the kernel's own host-wide figures for the
// orphans and the memory among them. Also says which namespaces the page is about.
#pragma once

#include <memory>

#include "collectors/collector.h"

namespace tcp_lifecycle {

class SocketsCollector final : public Collector {
 public:
  absl::string_view Name() const override { return "sockets"; }
  std::span<const FamilyDescriptor> Families() const override;
  TcpStateSet States() const override { return TcpStateSet::All(); }
  std::unique_ptr<Accumulator> Begin(const Snapshot& snapshot) const override;
  absl::Status Describe(const Snapshot& snapshot, FamilySet& out) const override;
};

}  // namespace tcp_lifecycle
