// How the ports collector watches the stream: bitmaps of each namespace's ports, and one bounded
// table of destinations for all namespaces.
#pragma once

#include <memory>

#include "collectors/analysis/ranking.h"
#include "collectors/collector.h"

namespace tcp_lifecycle {

// Leaves a PortsReport in each namespace of `snapshot`.
std::unique_ptr<Accumulator> MakePortsAccumulator(const Snapshot& snapshot,
                                                  const Admission& admission);

}  // namespace tcp_lifecycle
