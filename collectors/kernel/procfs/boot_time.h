// Parses /proc/stat for the time of boot. Pure; ProcfsProcessStats calls it.
#pragma once

#include <cstdint>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace tcp_lifecycle {

// Line btime, in seconds since the epoch. DataLoss without it.
absl::StatusOr<uint64_t> ParseBootTimeSeconds(absl::string_view text);

}  // namespace tcp_lifecycle
