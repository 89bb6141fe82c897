#include "collectors/analysis/headroom.h"

#include <algorithm>

namespace tcp_lifecycle {
namespace {

double ShareTaken(uint32_t headroom, uint32_t open) {
  if (open == 0) return 1;
  return std::max(0.0, 1 - static_cast<double>(headroom) / open);
}

}  // namespace

Bounds<uint32_t> HeadroomOf(const DestinationUse& use, const PortCapacity& capacity,
                            const DestinationUse* less) {
  const auto left_by = [&](uint32_t held) {
    return capacity.open() - std::min(held, capacity.open());
  };
  Bounds<uint32_t> headroom;
  headroom.max = left_by(std::max(use.held() - use.perhaps_reusable,
                                  less == nullptr ? 0 : less->held() - less->perhaps_reusable));
  const uint32_t least = capacity.is_exact
                             ? left_by(use.held() + (less == nullptr ? 0 : less->held()))
                             : std::min(capacity.untouched, headroom.max);
  headroom.min = least - std::min<uint32_t>(least, capacity.may_miss_one ? 1 : 0);
  return headroom;
}

Bounds<double> UtilizationOf(const Bounds<uint32_t>& headroom, const PortCapacity& capacity) {
  return {ShareTaken(headroom.max, capacity.open()), ShareTaken(headroom.min, capacity.open())};
}

}  // namespace tcp_lifecycle
