// The usual way to run: answers HTTP requests until SIGTERM or SIGINT.
#pragma once

#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "collectors/collector.h"
#include "exporter/cli/options.h"
#include "exporter/log/log.h"

namespace tcp_lifecycle {

// Returns OK after a signal, once the requests in progress are answered; a second signal ends the
// program at once. An error says what kept it from starting. No thread runs yet when it is called.
absl::Status Serve(const Options& options, std::vector<std::unique_ptr<const Collector>> all,
                   const Logger& logger);

}  // namespace tcp_lifecycle
