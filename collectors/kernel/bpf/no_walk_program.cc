#include "collectors/kernel/bpf/walk_program.h"

namespace tcp_lifecycle {

absl::StatusOr<std::unique_ptr<WalkProgram>> LoadWalkProgram(uint32_t /*most_records*/) {
  return absl::UnimplementedError("built without BPF (TLE_BPF=OFF)");
}

}  // namespace tcp_lifecycle
