#include "collectors/kernel/bpf/walk_program.h"

#include <linux/bpf.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "absl/strings/str_cat.h"
#include "collectors/kernel/bpf/object.h"

namespace tcp_lifecycle {
namespace {

struct Unmap {
  void operator()(WireBuffer* buffer) const { munmap(buffer, sizeof *buffer); }
};
using MappedBuffer = std::unique_ptr<WireBuffer, Unmap>;

class LoadedWalk final : public WalkProgram {
 public:
  LoadedWalk(LoadedObject object, MappedBuffer buffer, uint32_t most_records)
      : object_(std::move(object)), buffer_(std::move(buffer)), most_records_(most_records) {}

  absl::Status Run(WalkedTable table, WalkedNetns netns, uint32_t first, uint32_t end) override {
    WireRequest request = {first, end, most_records_, netns == WalkedNetns::kEvery ? 1U : 0U,
                           most_bound_};
    bpf_attr attributes = {};
    attributes.test.prog_fd = static_cast<uint32_t>(
        table == WalkedTable::kConnected ? object_->walk_connected_fd : object_->walk_ports_fd);
    if (object_->request != nullptr) {
      *object_->request = request;
    } else {
      attributes.test.ctx_in = reinterpret_cast<uintptr_t>(&request);
      attributes.test.ctx_size_in = sizeof request;
    }
    if (syscall(SYS_bpf, BPF_PROG_RUN, &attributes, sizeof attributes) == 0) {
      return absl::OkStatus();
    }
    return absl::ErrnoToStatus(
        errno, absl::StrCat("running the BPF walk on buckets ", first, " to ", end));
  }
  void SetMostBound(uint32_t sockets) override { most_bound_ = sockets; }
  const WireControl& control() const override { return *object_->control; }
  WireBuffer& buffer() override { return *buffer_; }

 private:
  LoadedObject object_;
  MappedBuffer buffer_;
  uint32_t most_records_;
  uint32_t most_bound_ = UINT32_MAX;
};

}  // namespace

absl::StatusOr<std::unique_ptr<WalkProgram>> LoadWalkProgram(WalkKind kind, uint32_t most_records) {
  constexpr ObjectLoaders kCast = {"the BPF walk", LoadWalkLight, LoadWalkByLibbpf,
                                   "bpf_rdonly_cast"};
  constexpr ObjectLoaders kProbe = {"the probing BPF walk", LoadProbeWalkLight,
                                    LoadProbeWalkByLibbpf, ""};
  absl::StatusOr<LoadedObject> object = Load(kind == WalkKind::kCast ? kCast : kProbe);
  if (!object.ok()) return object.status();
  void* mapped = mmap(nullptr, sizeof(WireBuffer), PROT_READ | PROT_WRITE, MAP_SHARED,
                      (*object)->buffers_fd, 0);
  if (mapped == MAP_FAILED) return absl::ErrnoToStatus(errno, "mapping the BPF walk's buffer");
  return std::make_unique<LoadedWalk>(*std::move(object),
                                      MappedBuffer(static_cast<WireBuffer*>(mapped)), most_records);
}

}  // namespace tcp_lifecycle
