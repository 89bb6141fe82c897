// Answers to folklore about TIME_WAIT and ports, each where it fits what was found: a host that is
// fine gets none. deploy/runbooks/findings.md has them all. Pure.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "collectors/reports/snapshot.h"
#include "exporter/doctor/finding.h"
#include "exporter/doctor/outlook.h"

namespace tcp_lifecycle {

std::vector<std::string> AdviceOn(const NamespaceSnapshot& ns,
                                  std::span<const DoctorDestination> destinations,
                                  std::span<const DoctorFinding> findings);

}  // namespace tcp_lifecycle
