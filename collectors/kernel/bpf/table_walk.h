// One pass of the BPF walk over a whole table, piece by piece: asks again for what did not fit or
// was moved meanwhile, so that what it hands over is each socket that was there all the time, once.
#pragma once

#include <cstdint>
#include <span>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "collectors/base/deadline.h"
#include "collectors/kernel/bpf/walk_program.h"

namespace tcp_lifecycle {

struct TableWalkCounts {
  uint64_t pieces = 0;   // runs whose records were taken
  uint64_t rewalks = 0;  // runs for single buckets whose sockets moved during the first
};

// What a run takes at most, sockets as far as the run before it tells: more would make others on
// this CPU wait, for nothing interrupts it.
inline constexpr uint32_t kPieceBuckets = 4096;
inline constexpr uint32_t kPieceSockets = 2048;

// The records are the program's own buffer, to be read before `visit` returns. DeadlineExceeded
// between two pieces; DataLoss where one bucket alone does not fit the buffer, or never stays
// still.
absl::StatusOr<TableWalkCounts> WalkTable(
    WalkProgram& program, WalkedTable table, WalkedNetns netns, const Deadline& deadline,
    absl::FunctionRef<void(std::span<const WireRecord>)> visit);

}  // namespace tcp_lifecycle
