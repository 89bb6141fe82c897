// What the command line sets for collectors.
#pragma once

#include <cstdint>

#include "collectors/analysis/ranking.h"

namespace tcp_lifecycle {

struct FindingSettings {
  // After so much silence NAT gateways and load balancers forget a connection.
  int64_t idle_timeout_seconds = 240;
};

struct CollectorSettings {
  Admission ports;
  FindingSettings findings;
};

}  // namespace tcp_lifecycle
