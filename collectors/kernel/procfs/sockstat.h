// Parses /proc/net/sockstat and sockstat6: the kernel's own counts of TCP sockets. Pure; the
// readers of facts call it.
#pragma once

#include <cstdint>
#include <optional>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "collectors/model/facts.h"

namespace tcp_lifecycle {

// Line TCP, fields found by name. DataLoss without that line, or where a field is no number;
// nullopt where it is below 0 (number.h).
absl::StatusOr<Sockstat> ParseSockstat(absl::string_view text, uint64_t page_bytes);

// The number behind `field` in the line that begins with `line_name`, as "TCP:"; nullopt where it
// is not there, is no number or below 0.
std::optional<uint64_t> SockstatField(absl::string_view text, absl::string_view line_name,
                                      absl::string_view field);

// NamespaceFacts::tcp_in_use: IPv4 and IPv6 sockets together. `sockstat6` is empty without IPv6;
// nullopt where a count is missing.
std::optional<uint64_t> ParseTcpInUse(absl::string_view sockstat, absl::string_view sockstat6);

}  // namespace tcp_lifecycle
