// The command `doctor`: looks at this host twice, a second apart, asks which programs are behind
// the worst of it, and prints exporter/doctor/'s report.
#pragma once

#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "collectors/collector.h"
#include "exporter/cli/options.h"
#include "exporter/log/log.h"

namespace tcp_lifecycle {

// The exit status (kDoctorFine, ...). An error where there is no report, or where it could not be
// written.
absl::StatusOr<int> RunDoctor(const Options& options,
                              std::vector<std::unique_ptr<const Collector>> all,
                              const Logger& logger);

}  // namespace tcp_lifecycle
