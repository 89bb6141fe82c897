// Finds the ports that a source lists twice towards one destination. A device-bound socket and an
// unbound one can have the same addresses and ports; a source that does not know the device
// (procfs) then gives two rows that look alike, which hold one port. Destinations asks for each row
// of such a source; pure.
//
// The kernel keeps both in one chain of its table and lists them close together, so that a table
// which remembers the last row in each of its slots finds nearly all, whatever their number; it
// never takes two different rows for one (but with a probability of 2^-63 a pair).
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/hash/hash.h"

namespace tcp_lifecycle {

class Repeats {
 public:
  Repeats() : slots_(kSlots) {}

  // Whether this row came before.
  template <typename Key>
  bool Seen(const Key& key, uint16_t local_port) {
    const uint64_t hash = absl::HashOf(key, local_port) | 1;  // never an empty slot's 0
    uint64_t& slot = slots_[hash >> kShift];
    const bool seen = slot == hash;
    slot = hash;
    return seen;
  }

 private:
  static constexpr unsigned kShift = 48;
  static constexpr size_t kSlots = size_t{1} << (64 - kShift);  // 512 KiB

  std::vector<uint64_t> slots_;
};

}  // namespace tcp_lifecycle
