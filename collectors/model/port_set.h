// Ports: a range as ip_local_port_range gives it, and a set of them as a bitmap of 8 KiB.
#pragma once

#include <bitset>
#include <cstdint>

namespace tcp_lifecycle {

// Both ends belong to it.
struct PortRange {
  uint16_t min = 0;
  uint16_t max = 0;

  constexpr bool Contains(uint16_t port) const { return min <= port && port <= max; }
  constexpr uint32_t size() const { return max < min ? 0 : uint32_t{max} - min + 1; }
  constexpr bool operator==(const PortRange&) const = default;
};

using PortSet = std::bitset<65536>;

}  // namespace tcp_lifecycle
