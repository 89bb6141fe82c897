// Counts the connections that fail, by a BPF program on the tracepoint that sees each
// (events.bpf.c).
#pragma once

#include <cstdint>
#include <memory>

#include "absl/status/statusor.h"
#include "collectors/kernel/bpf/events_wire.h"
#include "collectors/model/connect_events.h"

namespace tcp_lifecycle {

// One counter, as its map has it, added to what it counts.
void AddCounter(const WireDestination& destination, uint64_t count, ConnectEvents& events);
void AddCounter(const WireFailure& failure, uint64_t count, ConnectEvents& events);

// Begins to count those of a network namespace, until the reader is destroyed. NotFound for 0;
// else the errors are those of LoadWalkProgram().
absl::StatusOr<std::unique_ptr<ConnectEventsReader>> CountConnectEvents(uint32_t netns_inode);

}  // namespace tcp_lifecycle
