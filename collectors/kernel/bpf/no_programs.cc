#include "collectors/kernel/bpf/connect_events_reader.h"
#include "collectors/kernel/bpf/kernel_forms.h"
#include "collectors/kernel/bpf/walk_program.h"

namespace tcp_lifecycle {
namespace {

absl::Status BuiltWithout() { return absl::UnimplementedError("built without BPF (TLE_BPF=OFF)"); }

}  // namespace

absl::StatusOr<std::unique_ptr<WalkProgram>> LoadWalkProgram(WalkKind /*kind*/,
                                                             uint32_t /*most_records*/) {
  return BuiltWithout();
}

absl::StatusOr<std::unique_ptr<ConnectEventsReader>> CountConnectEvents(uint32_t /*netns_inode*/) {
  return BuiltWithout();
}

absl::StatusOr<std::vector<KernelForm>> KernelForms(const char* /*path*/) { return BuiltWithout(); }

}  // namespace tcp_lifecycle
