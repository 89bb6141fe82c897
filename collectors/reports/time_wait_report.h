// What the time_wait collector finds in a namespace.
#pragma once

#include <array>
#include <cstdint>

#include "collectors/analysis/seconds_histogram.h"
#include "collectors/model/socket.h"

namespace tcp_lifecycle {

using TimeWaitHistogram = SecondsHistogram<1, 5, 10, 20, 30, 40, 50, 60>;

struct TimeWaitReport {
  std::array<uint64_t, kRoleCount> sockets{};  // by Role
  TimeWaitHistogram outbound_remaining;        // until each lets go of its port
};

}  // namespace tcp_lifecycle
