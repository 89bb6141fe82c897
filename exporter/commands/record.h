// `--record`: what the kernel says now, in an archive.
#pragma once

#include "absl/status/status.h"
#include "exporter/cli/options.h"
#include "exporter/log/log.h"

namespace tcp_lifecycle {

absl::Status RunRecord(const Options& options, const Logger& logger);

}  // namespace tcp_lifecycle
