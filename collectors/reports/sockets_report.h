// What the sockets collector finds in a namespace.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "collectors/model/socket.h"
#include "collectors/model/tcp_state.h"

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
  // The sum over the families that can be seen.
  uint64_t Total(TcpState state) const {
    return Count(Family::kIpv4, state).value_or(0) + Count(Family::kIpv6, state).value_or(0);
  }
};

}  // namespace tcp_lifecycle
