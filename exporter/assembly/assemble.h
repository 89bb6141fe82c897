// Puts the objects of a scrape together, as the command line asks for them.
#pragma once

#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "collectors/collector.h"
#include "exporter/cli/options.h"
#include "exporter/log/failure_log.h"
#include "exporter/log/log.h"
#include "exporter/scrape/pass.h"
#include "exporter/scrape/scraper.h"

namespace tcp_lifecycle {

// A pass over the enabled ones of `all`. Opens what they need; an error says what does not work.
absl::StatusOr<Pass> MakePass(const Options& options,
                              std::vector<std::unique_ptr<const Collector>> all,
                              FailureLog& failures, const Logger& logger);

// Stops the scraper, within a few seconds. False where a pass is stuck in the kernel: destroying
// the scraper would wait for it, so the program must leave by LeaveStuckPass.
bool StopScraper(Scraper& scraper);
[[noreturn]] void LeaveStuckPass(const Logger& logger, int exit_code);

}  // namespace tcp_lifecycle
