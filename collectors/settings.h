// What the command line sets for collectors.
#pragma once

#include "collectors/analysis/ranking.h"
#include "collectors/findings/rule.h"

namespace tcp_lifecycle {

struct CollectorSettings {
  Admission ports;
  FindingSettings findings;
};

}  // namespace tcp_lifecycle
