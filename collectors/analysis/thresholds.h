// How much of a limit is worth a word, for findings, the doctor and the page. The alerts have the
// same shares (tests/rules compares them), and the dashboards those of the alerts.
#pragma once

#include <cstdint>

namespace tcp_lifecycle {

// Towards one destination connect() then finds every second port taken, and searches long.
inline constexpr double kHalfFull = 0.5;
inline constexpr double kNearlyFull = 0.8;

// What is left of the ports of a bind() pool.
inline constexpr double kNearlyEmpty = 0.05;

constexpr bool IsNearlyFull(uint64_t used, uint64_t limit) {
  return used >= limit || static_cast<double>(used) / static_cast<double>(limit) >= kNearlyFull;
}

}  // namespace tcp_lifecycle
