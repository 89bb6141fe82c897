#include "collectors/analysis/hidden_sockets.h"

#include <algorithm>

namespace tcp_lifecycle {

std::optional<uint64_t> MostBoundInactive(std::optional<uint64_t> allocated,
                                          std::span<const std::optional<uint64_t>> in_use) {
  if (!allocated || in_use.empty() || !in_use.front()) return std::nullopt;
  uint64_t hidden = *allocated;
  // Each step stops at 0: connections that open between the readings are not in `allocated`.
  for (const std::optional<uint64_t>& count : in_use) {
    hidden -= std::min(hidden, count.value_or(0));
  }
  return hidden;
}

}  // namespace tcp_lifecycle
