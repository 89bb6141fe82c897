// What helps where ports are short: the remedies that fit a destination, with its numbers, the best
// first. The rules say what helps in general; this says what helps here. Pure.
#pragma once

#include <string>
#include <vector>

#include "collectors/reports/ports_report.h"
#include "collectors/reports/snapshot.h"
#include "exporter/doctor/outlook.h"

namespace tcp_lifecycle {

// Empty where ports are plenty. `ports` and `facts`: of its namespace.
std::vector<std::string> RemediesFor(const DoctorDestination& destination, const PortsReport& ports,
                                     const NamespaceFacts& facts);

}  // namespace tcp_lifecycle
