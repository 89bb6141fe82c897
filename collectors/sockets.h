// How many sockets there are, by family and state, and the kernel's own host-wide figures for the
// orphans and the memory among them. Also says which namespaces the page is about.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>

#include "collectors/collector.h"

namespace tcp_lifecycle {

struct SocketsReport {
  // By Family and TcpState, listeners included.
  std::array<std::array<uint64_t, kTcpStateCount>, kFamilyCount> counts{};
  bool knows_bound_inactive = false;

  // nullopt where the source cannot see sockets in this state.
  std::optional<uint64_t> Count(Family family, TcpState state) const {
    if (state == TcpState::kBoundInactive && !knows_bound_inactive) return std::nullopt;
    return counts[static_cast<size_t>(family)][static_cast<size_t>(state)];
  }
  // Of all families that can be seen.
  uint64_t Total(TcpState state) const {
    return Count(Family::kIpv4, state).value_or(0) + Count(Family::kIpv6, state).value_or(0);
  }
};

class SocketsCollector final : public Collector {
 public:
  using Report = SocketsReport;
  absl::string_view Name() const override { return "sockets"; }
  std::span<const FamilyDescriptor> Families() const override;
  TcpStateSet States() const override { return TcpStateSet::All(); }
  std::unique_ptr<Accumulator> Begin(const Snapshot& snapshot) const override;
  absl::Status Describe(const Snapshot& snapshot, FamilySet& out) const override;
};

}  // namespace tcp_lifecycle
