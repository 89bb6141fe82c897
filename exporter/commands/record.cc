#include "exporter/commands/record.h"

#include <chrono>

#include "collectors/kernel/replay/recorder.h"

namespace tcp_lifecycle {
namespace {

constexpr std::chrono::seconds kTimeout(60);

}  // namespace

absl::Status RunRecord(const Options& options, const Logger& logger) {
  absl::Status recorded =
      Record({options.record, options.record_anonymize}, options.procfs, Deadline::After(kTimeout));
  if (recorded.ok() && !options.record_anonymize) {
    logger.Warn(
        "the recording has the addresses of all connections of this network namespace; "
        "--record.anonymize replaces them",
        {{"file", options.record}});
  }
  return recorded;
}

}  // namespace tcp_lifecycle
