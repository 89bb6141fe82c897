// The doctor's report for scripts: one JSON object. Keys are a contract as label names are: added
// freely, never renamed. What is not known is null, never 0.
#pragma once

#include <string>

#include "exporter/doctor/report.h"

namespace tcp_lifecycle {

std::string ToJson(const DoctorReport& report);

}  // namespace tcp_lifecycle
