// Parses /proc/self/stat (proc(5), /proc/PID/stat). Pure; ProcfsProcessStats calls it.
#pragma once

#include <cstdint>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace tcp_lifecycle {

// Ticks are those of sysconf(_SC_CLK_TCK).
struct SelfStat {
  uint64_t user_ticks = 0;
  uint64_t system_ticks = 0;
  uint64_t start_ticks = 0;  // since boot
  uint64_t virtual_memory_bytes = 0;
  uint64_t resident_pages = 0;
};

// The program's name, which stands between parentheses, may hold anything. DataLoss names the field
// and its text.
absl::StatusOr<SelfStat> ParseSelfStat(absl::string_view text);

}  // namespace tcp_lifecycle
