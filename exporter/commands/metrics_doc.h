// Writes collectors/METRICS.md, the page of all families, from the descriptors the page of metrics
// itself is made of. The flag --print-metrics-md prints it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "collectors/collector.h"

namespace tcp_lifecycle {

// `self` are the families that belong to no collector.
std::string MetricsMarkdown(const std::vector<std::unique_ptr<const Collector>>& collectors,
                            std::span<const FamilyDescriptor> self);

}  // namespace tcp_lifecycle
