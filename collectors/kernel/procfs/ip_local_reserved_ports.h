// Parses /proc/sys/net/ipv4/ip_local_reserved_ports: ports that no autobinding socket gets. Pure;
// ProcfsFactsReader calls it.
#pragma once

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "collectors/model/port_set.h"

namespace tcp_lifecycle {

// Ports and ranges between commas, `8080,9000-9010`; none: an empty set. DataLoss names the first
// part that is neither.
absl::StatusOr<PortSet> ParseIpLocalReservedPorts(absl::string_view text);

}  // namespace tcp_lifecycle
