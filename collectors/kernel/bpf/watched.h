// Which of the watched namespaces a record of the BPF walk is of. Pure.
#pragma once

#include <cstdint>
#include <optional>

#include "absl/container/flat_hash_map.h"
#include "collectors/kernel/bpf/wire.h"

namespace tcp_lifecycle {

class WatchedInodes {
 public:
  // `index`: Socket::namespace_index of that namespace.
  void Add(uint32_t inode, uint32_t index) {
    indexes_[LowBits(inode)] = index;
    last_low_ = UINT32_MAX;
  }

  // nullopt: of none.
  std::optional<uint32_t> IndexOf(const WireRecord& record) {
    const uint32_t low = record.flags >> kWireNetnsShift;
    if (low != last_low_) {
      const auto found = indexes_.find(low);
      last_low_ = low;
      last_ = found == indexes_.end() ? std::nullopt : std::optional(found->second);
    }
    return last_;
  }

 private:
  static constexpr uint32_t LowBits(uint32_t inode) {
    return inode << kWireNetnsShift >> kWireNetnsShift;
  }

  absl::flat_hash_map<uint32_t, uint32_t> indexes_;
  // What the record before gave.
  uint32_t last_low_ = UINT32_MAX;
  std::optional<uint32_t> last_;
};

}  // namespace tcp_lifecycle
