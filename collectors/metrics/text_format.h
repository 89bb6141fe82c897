// The text format 0.0.4 of a page or a part of one.
#pragma once

#include <string>
#include <vector>

#include "prometheus/metric_family.h"

namespace tcp_lifecycle {

// HELP, TYPE and series of each family; every line ends in a newline. Any number of these texts,
// one after another, is a page, as long as no two hold the same family.
std::string ToText(const std::vector<prometheus::MetricFamily>& families);

}  // namespace tcp_lifecycle
