// Counts how much time is left on timers, by buckets of whole seconds. Cheap enough to be called
// for each of a million sockets: no search, no branch.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace tcp_lifecycle {

// `kBounds` are the upper bounds of the buckets in seconds, ascending; each belongs to its bucket.
template <uint32_t... kBounds>
class SecondsHistogram {
 public:
  static constexpr std::array<double, sizeof...(kBounds)> kBoundsSeconds = {kBounds...};

  void Add(uint32_t ms) {
    ++counts_[(static_cast<size_t>(ms > uint64_t{kBounds} * 1000) + ...)];
    sum_ms_ += ms;
  }

  // Counts of each bucket alone, not cumulative; the last is what lies above the highest bound.
  std::span<const uint64_t> counts() const { return counts_; }
  double sum_seconds() const { return static_cast<double>(sum_ms_) / 1000; }

 private:
  std::array<uint64_t, sizeof...(kBounds) + 1> counts_{};
  uint64_t sum_ms_ = 0;
};

}  // namespace tcp_lifecycle
