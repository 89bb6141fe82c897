#include "exporter/commands/record.h"

#include <chrono>

#include "collectors/kernel/replay/recorder.h"

namespace tcp_lifecycle {
namespace {

constexpr std::chrono::seconds kTimeout(60);

}  // namespace

absl::Status RunRecord(const Options& options) {
  return Record(options.record_dir, options.procfs, Deadline::After(kTimeout));
}

}  // namespace tcp_lifecycle
