// What the exporter's own process uses, from /proc/self, once a scrape.
#pragma once

#include <cstdint>

#include "absl/status/statusor.h"
#include "collectors/kernel/procfs/proc_files.h"
#include "collectors/model/process.h"

namespace tcp_lifecycle {

class ProcfsProcessStats : public ProcessStatsReader {
 public:
  // `files`: a live proc mount in which the exporter has an entry. The time of boot is read here,
  // once: /proc/stat is long on a large machine.
  explicit ProcfsProcessStats(ProcFiles files);

  // An error names the file, and the text where it is DataLoss.
  absl::StatusOr<ProcessStats> Read() override;

 private:
  ProcFiles files_;
  absl::StatusOr<uint64_t> boot_time_seconds_;
};

}  // namespace tcp_lifecycle
