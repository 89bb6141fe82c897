// `--record`: what the kernel says now, in a directory.
#pragma once

#include "absl/status/status.h"
#include "exporter/cli/options.h"

namespace tcp_lifecycle {

absl::Status RunRecord(const Options& options);

}  // namespace tcp_lifecycle
