// What moves: the kernel's counters in the second between two samples. Pure.
#pragma once

#include <vector>

#include "collectors/model/tcp_counters.h"

namespace tcp_lifecycle {

struct Movement {
  const TcpCounterRow* counter;
  double per_second = 0;
};

// The counters that grew, in their order. One that shrank (its namespace is a new one) has not.
std::vector<Movement> MovementsBetween(const TcpCounters& first, const TcpCounters& second,
                                       double seconds);

}  // namespace tcp_lifecycle
