// Parses /proc/net/sockstat: the kernel's own counts of TCP sockets. Pure; ProcfsFactsReader calls
// it.
#pragma once

#include <cstdint>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "collectors/model/facts.h"

namespace tcp_lifecycle {

// Line TCP, fields found by name. DataLoss without that line, or where a field is no number.
absl::StatusOr<Sockstat> ParseSockstat(absl::string_view text, uint64_t page_bytes);

}  // namespace tcp_lifecycle
