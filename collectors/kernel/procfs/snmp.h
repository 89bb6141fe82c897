// Parses /proc/net/snmp and /proc/net/netstat, which share a format: pairs of lines, `Tcp: names`
// and `Tcp: values`. Pure; ProcfsFactsReader calls it for each of the two in every scrape.
#pragma once

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "collectors/model/tcp_counters.h"

namespace tcp_lifecycle {

// Sets the counters that `text` has; names and protocols unknown to the model are passed over.
// DataLoss where a line of values is missing or has another length than its names, or where a
// counter is no number; `counters` is then as it was, since one missing value moves all that
// follow. A counter below 0 (number.h) is not known, and costs no other.
absl::Status ParseSnmp(absl::string_view text, TcpCounters& counters);

}  // namespace tcp_lifecycle
