// What helps where ports are short: the remedies that fit a destination, with its numbers, the best
// first. The rules say what helps in general; this says what helps here. Pure.
#pragma once

#include <string>
#include <vector>

#include "collectors/reports/snapshot.h"
#include "exporter/doctor/outlook.h"

namespace tcp_lifecycle {

// Empty where ports are plenty. `ns`: its namespace.
std::vector<std::string> RemediesFor(const DoctorDestination& destination,
                                     const NamespaceSnapshot& ns);

}  // namespace tcp_lifecycle
