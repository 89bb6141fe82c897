// The program: flags, then what they ask for.
#include <malloc.h>

#include <csignal>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "collectors/list.h"
#include "exporter/build_info.h"
#include "exporter/cli/options.h"
#include "exporter/commands/check.h"
#include "exporter/commands/doctor.h"
#include "exporter/commands/metrics_doc.h"
#include "exporter/commands/once.h"
#include "exporter/commands/record.h"
#include "exporter/commands/serve.h"
#include "exporter/commands/standard_output.h"
#include "exporter/doctor/report.h"
#include "exporter/log/log.h"
#include "exporter/scrape/self_metrics.h"

namespace tcp_lifecycle {
namespace {

absl::StatusOr<int> ExitStatus(const absl::Status& status) {
  if (!status.ok()) return status;
  return EXIT_SUCCESS;
}

// The exit status; any error has one of its own.
absl::StatusOr<int> Act(const Options& options,
                        std::vector<std::unique_ptr<const Collector>> collectors,
                        const Logger& logger) {
  switch (options.action) {
    case Action::kHelp:
      return ExitStatus(WriteStandardOutput(options.help));
    case Action::kVersion:
      return ExitStatus(WriteStandardOutput(VersionText(GetBuildInfo())));
    case Action::kPrintMetricsMd:
      return ExitStatus(WriteStandardOutput(MetricsMarkdown(collectors, SelfFamilies())));
    case Action::kRecord:
      return ExitStatus(RunRecord(options, logger));
    case Action::kOnce:
      return ExitStatus(RunOnce(options, std::move(collectors), logger));
    case Action::kDoctor:
      return RunDoctor(options, std::move(collectors), logger);
    case Action::kCheck:
      return RunCheck(options);
    case Action::kServe:
      break;
  }
  return ExitStatus(Serve(options, std::move(collectors), logger));
}

int Run(int argc, char** argv) {
  std::vector<std::string> names;
  for (const auto& collector : MakeCollectors()) names.emplace_back(collector->Name());
  const absl::StatusOr<Options> options = ParseOptions(argc, argv, names);
  if (!options.ok()) {
    std::cerr << "tcp_lifecycle_exporter: " << options.status().message()
              << "\nTry tcp_lifecycle_exporter --help.\n";
    return EXIT_FAILURE;
  }
  const Logger logger(options->log_level, options->log_format);
  const absl::StatusOr<int> exit_status =
      Act(*options, MakeCollectors(options->collector_settings), logger);
  if (exit_status.ok()) return *exit_status;
  logger.Error("exiting", {{"error", exit_status.status().message()}});
  return options->action == Action::kDoctor ? kDoctorNotExamined : EXIT_FAILURE;
}

}  // namespace
}  // namespace tcp_lifecycle

int main(int argc, char** argv) {
  // One heap for all threads: many that each keep a little are most of what the exporter would use.
  mallopt(M_ARENA_MAX, 1);
  // What one scrape has used the next one uses: giving it back between them costs its page faults.
  mallopt(M_TRIM_THRESHOLD, 8 << 20);
  mallopt(M_MMAP_THRESHOLD, 4 << 20);
  static_cast<void>(std::signal(SIGPIPE, SIG_IGN));
  tcp_lifecycle::ReserveStandardStreams();
  return tcp_lifecycle::Run(argc, argv);
}
