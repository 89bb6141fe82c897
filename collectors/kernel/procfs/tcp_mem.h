// Parses /proc/sys/net/ipv4/tcp_mem: how much memory all TCP sockets of the host may take. Pure;
// ProcfsFactsReader calls it.
#pragma once

#include <cstdint>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "collectors/model/facts.h"

namespace tcp_lifecycle {

// The file holds three numbers of pages. DataLoss for anything else.
absl::StatusOr<SocketMemoryLimit> ParseTcpMem(absl::string_view text, uint64_t page_bytes);

}  // namespace tcp_lifecycle
