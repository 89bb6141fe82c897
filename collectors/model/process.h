// What the exporter's own process uses, for the standard process_* metrics.
#pragma once

#include <cstdint>
#include <optional>

#include "absl/status/statusor.h"

namespace tcp_lifecycle {

struct ProcessStats {
  double cpu_seconds = 0;
  double start_time_seconds = 0;  // since the epoch
  uint64_t open_fds = 0;
  uint64_t max_fds = 0;
  uint64_t virtual_memory_bytes = 0;
  uint64_t resident_memory_bytes = 0;
  std::optional<uint64_t> bpf_map_bytes =
      std::nullopt;  // kernel memory of its BPF maps; nullopt without maps
};

class ProcessStatsReader {
 public:
  virtual ~ProcessStatsReader() = default;
  virtual absl::StatusOr<ProcessStats> Read() = 0;
};

}  // namespace tcp_lifecycle
