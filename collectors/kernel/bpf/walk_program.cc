#include "collectors/kernel/bpf/walk_program.h"

#include <linux/bpf.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "absl/strings/str_cat.h"
#include "collectors/kernel/bpf/capabilities.h"
#include "collectors/kernel/bpf/skeleton.h"

namespace tcp_lifecycle {
namespace {

struct CloseWalk {
  void operator()(WalkSkeleton* walk) const { CloseWalkSkeleton(walk); }
};
using WalkHandle = std::unique_ptr<WalkSkeleton, CloseWalk>;

struct Unmap {
  void operator()(WireBuffer* buffer) const { munmap(buffer, sizeof *buffer); }
};
using MappedBuffer = std::unique_ptr<WireBuffer, Unmap>;

class LoadedWalk final : public WalkProgram {
 public:
  LoadedWalk(WalkHandle walk, MappedBuffer buffer, uint32_t most_records)
      : walk_(std::move(walk)),
        parts_(PartsOfWalk(walk_.get())),
        buffer_(std::move(buffer)),
        most_records_(most_records) {}

  absl::Status Run(WalkedTable table, WalkedNetns netns, uint32_t first, uint32_t end) override {
    WireRequest request = {first, end, most_records_, netns == WalkedNetns::kEvery ? 1U : 0U};
    bpf_attr attributes = {};
    attributes.test.prog_fd = static_cast<uint32_t>(
        table == WalkedTable::kConnected ? parts_.walk_connected_fd : parts_.walk_ports_fd);
    attributes.test.ctx_in = reinterpret_cast<uintptr_t>(&request);
    attributes.test.ctx_size_in = sizeof request;
    if (syscall(SYS_bpf, BPF_PROG_RUN, &attributes, sizeof attributes) == 0) {
      return absl::OkStatus();
    }
    return absl::ErrnoToStatus(
        errno, absl::StrCat("running the BPF walk on buckets ", first, " to ", end));
  }
  const WireControl& control() const override { return *parts_.control; }
  WireBuffer& buffer() override { return *buffer_; }

 private:
  WalkHandle walk_;
  WalkParts parts_;
  MappedBuffer buffer_;
  uint32_t most_records_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<WalkProgram>> LoadWalkProgram(uint32_t most_records) {
  WalkHandle walk(OpenWalkSkeleton());
  if (walk == nullptr) return LoadError(errno, "the BPF walk");
  void* mapped = mmap(nullptr, sizeof(WireBuffer), PROT_READ | PROT_WRITE, MAP_SHARED,
                      PartsOfWalk(walk.get()).buffers_fd, 0);
  if (mapped == MAP_FAILED) return absl::ErrnoToStatus(errno, "mapping the BPF walk's buffer");
  return std::make_unique<LoadedWalk>(std::move(walk),
                                      MappedBuffer(static_cast<WireBuffer*>(mapped)), most_records);
}

}  // namespace tcp_lifecycle
