// How much of a limit, and how many sockets, are worth a word, for findings, the doctor and the
// page. The alerts have the same numbers (tests/rules compares them), and the dashboards those of
// the alerts.
#pragma once

#include <cstdint>

namespace tcp_lifecycle {

// Towards one destination connect() then finds every second port taken, and searches long.
inline constexpr double kHalfFull = 0.5;
inline constexpr double kNearlyFull = 0.8;

// What is left of the ports of a bind() pool.
inline constexpr double kNearlyEmpty = 0.05;

// Sockets in SYN_SENT or CLOSE_WAIT towards one destination; fewer may be chance.
inline constexpr uint32_t kTroubledSockets = 10;

// Accepted connections of one port in CLOSE_WAIT: a busy server always has some.
inline constexpr uint64_t kUnclosed = 100;

// Connections that left two keepalive probes or more unanswered, and their share of those that are
// probed: some peers always go.
inline constexpr uint64_t kSilentPeers = 3;
inline constexpr double kSilentShare = 0.05;

// How far ahead exhaustion is forecast.
inline constexpr double kForeseenSeconds = 60;

constexpr bool IsNearlyFull(uint64_t used, uint64_t limit) {
  return used >= limit || static_cast<double>(used) / static_cast<double>(limit) >= kNearlyFull;
}

}  // namespace tcp_lifecycle
