// Families in Prometheus's text format 0.0.4, HELP and TYPE included.
#pragma once

#include <string>

#include "collectors/metrics/family_set.h"

namespace tcp_lifecycle {

std::string ToText(const FamilySet& families);

}  // namespace tcp_lifecycle
