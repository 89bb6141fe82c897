#include "collectors/analysis/headroom.h"

#include <algorithm>

namespace tcp_lifecycle {
namespace {

double ShareTaken(uint32_t headroom, uint32_t open) {
  if (open == 0) return headroom == 0 ? 1 : 0;
  return std::max(0.0, 1 - static_cast<double>(headroom) / open);
}

}  // namespace

Bounds<uint32_t> HeadroomOf(const DestinationUse& use, const PortCapacity& capacity) {
  // TIME_WAIT on a doubtful port may be taken over as well.
  const uint32_t reusable =
      use.reusable + std::min(capacity.doubtful, use.time_wait - use.reusable);
  const uint32_t free_or_reusable = capacity.open() + capacity.doubtful + reusable;
  Bounds<uint32_t> headroom;
  headroom.max = std::min(capacity.usable, free_or_reusable - std::min(use.used, free_or_reusable));
  headroom.min = std::min(capacity.headroom_min, headroom.max);
  return headroom;
}

Bounds<double> UtilizationOf(const Bounds<uint32_t>& headroom, const PortCapacity& capacity) {
  return {ShareTaken(headroom.max, capacity.open()), ShareTaken(headroom.min, capacity.open())};
}

double ConnectionsPerSecond(const DestinationUse& use) {
  return use.young / (DestinationUse::kYoungMs / 1000.0);
}

std::optional<uint32_t> SecondsToExhaustion(const DestinationUse& use, const PortCapacity& capacity,
                                            double hold_seconds) {
  const double rate = ConnectionsPerSecond(use);
  const double ports = capacity.open() + capacity.doubtful;
  double held = use.used - use.reusable;
  const auto horizon = static_cast<double>(use.freed_by_second.size());
  if (held + rate * std::min(horizon, hold_seconds) < ports) return std::nullopt;
  for (uint32_t t = 0; t <= use.freed_by_second.size(); ++t) {
    if (t > 0) held -= use.freed_by_second[t - 1];
    if (held + rate * std::min<double>(t, hold_seconds) >= ports) return t;
  }
  return std::nullopt;
}

}  // namespace tcp_lifecycle
