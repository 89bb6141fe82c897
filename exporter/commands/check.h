// The command `check`: finds out what the exporter can do on this host, and checks its BPF reader
// over the sockets there are.
#pragma once

#include "absl/status/statusor.h"
#include "exporter/cli/options.h"

namespace tcp_lifecycle {

// Prints the report; the exit status of host_check.h. An error where it could not be written.
absl::StatusOr<int> RunCheck(const Options& options);

}  // namespace tcp_lifecycle
