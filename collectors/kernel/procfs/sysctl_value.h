// Parses a file below /proc/sys that holds one number. Pure; ProcfsFactsReader calls it for each
// Sysctl.
#pragma once

#include <cstdint>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace tcp_lifecycle {

// Surrounding white space is the kernel's; anything else but one decimal number is DataLoss.
absl::StatusOr<int64_t> ParseSysctl(absl::string_view text);

}  // namespace tcp_lifecycle
