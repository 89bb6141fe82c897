// Ports: a range as ip_local_port_range gives it, and a set of them as a bitmap of 8 KiB.
#pragma once

#include <bitset>
#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

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

// Ports and ranges between commas, `8080,9000-9010`, as ip_local_reserved_ports has them. The
// message of the error is the first part that is neither.
absl::StatusOr<PortSet> ParsePortSet(absl::string_view text);
std::string ToString(const PortSet& ports);

}  // namespace tcp_lifecycle
