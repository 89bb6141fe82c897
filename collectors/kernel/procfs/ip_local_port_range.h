// Parses /proc/sys/net/ipv4/ip_local_port_range: the ephemeral ports. Pure; ProcfsFactsReader calls
// it.
#pragma once

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "collectors/model/port_set.h"

namespace tcp_lifecycle {

// DataLoss unless the text is two ports, the lower one first.
absl::StatusOr<PortRange> ParseIpLocalPortRange(absl::string_view text);

}  // namespace tcp_lifecycle
