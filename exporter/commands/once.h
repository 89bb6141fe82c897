// --once: one page of metrics to standard output, for textfile collectors and cron.
#pragma once

#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "collectors/collector.h"
#include "exporter/cli/options.h"
#include "exporter/log/log.h"

namespace tcp_lifecycle {

// An error when there is no page, when it cannot be written, and, after it was written, when a
// collector failed.
absl::Status RunOnce(const Options& options, std::vector<std::unique_ptr<const Collector>> all,
                     const Logger& logger);

}  // namespace tcp_lifecycle
