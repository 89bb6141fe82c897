// The program: flags, then what they ask for.
#include <malloc.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "collectors/kernel/replay/recorder.h"
#include "collectors/list.h"
#include "exporter/build_info.h"
#include "exporter/log.h"
#include "exporter/metrics_doc.h"
#include "exporter/once.h"
#include "exporter/options.h"
#include "exporter/scrape/self_metrics.h"
#include "exporter/serve.h"
#include "exporter/standard_output.h"

namespace tcp_lifecycle {
namespace {

constexpr std::chrono::seconds kRecordTimeout(60);

absl::Status Act(const Options& options, std::vector<std::unique_ptr<const Collector>> collectors,
                 const Logger& logger) {
  switch (options.action) {
    case Action::kHelp:
      return WriteStandardOutput(options.help);
    case Action::kVersion:
      return WriteStandardOutput(VersionText(GetBuildInfo()));
    case Action::kPrintMetricsMd:
      return WriteStandardOutput(MetricsMarkdown(collectors, SelfFamilies()));
    case Action::kRecord:
      return Record(options.record_dir, options.procfs, Deadline::After(kRecordTimeout));
    case Action::kOnce:
      return RunOnce(options, std::move(collectors), logger);
    case Action::kServe:
      break;
  }
  return Serve(options, std::move(collectors), logger);
}

int Run(int argc, char** argv) {
  std::vector<std::unique_ptr<const Collector>> collectors = MakeCollectors();
  std::vector<std::string> names;
  names.reserve(collectors.size());
  for (const auto& collector : collectors) names.emplace_back(collector->Name());
  const absl::StatusOr<Options> options = ParseOptions(argc, argv, names);
  if (!options.ok()) {
    std::cerr << "tcp_lifecycle_exporter: " << options.status().message()
              << "\nTry tcp_lifecycle_exporter --help.\n";
    return EXIT_FAILURE;
  }
  const Logger logger(options->log_level, options->log_format);
  const absl::Status status = Act(*options, std::move(collectors), logger);
  if (status.ok()) return EXIT_SUCCESS;
  logger.Error("exiting", {{"error", status.message()}});
  return EXIT_FAILURE;
}

}  // namespace
}  // namespace tcp_lifecycle

int main(int argc, char** argv) {
  // One heap for all threads: many that each keep a little are most of what the exporter would use.
  mallopt(M_ARENA_MAX, 1);
  static_cast<void>(std::signal(SIGPIPE, SIG_IGN));
  tcp_lifecycle::ReserveStandardStreams();
  return tcp_lifecycle::Run(argc, argv);
}
