// How many TCP sockets can be in no table that a source reads: those that are only bound, where the
// kernel does not list them. The pass asks once, when the facts are read; pure.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

namespace tcp_lifecycle {

// What bounds the bound sockets of all namespaces: `allocated` TCP sockets of the host (sockstat's
// alloc) less those that the tables of the namespaces have, `in_use` (NamespaceFacts::tcp_in_use),
// the exporter's own first. Measured exact from Linux 5.10 to 6.18; fresh and closed sockets, and
// those of a namespace that nobody counted, are in it as well, so that it is never too low but by
// what opens and closes between the readings. nullopt where the host's count or the first is
// missing.
std::optional<uint64_t> MostBoundInactive(std::optional<uint64_t> allocated,
                                          std::span<const std::optional<uint64_t>> in_use);

}  // namespace tcp_lifecycle
