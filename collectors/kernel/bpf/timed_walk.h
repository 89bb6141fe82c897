// A WalkProgram that also says how much CPU time its runs took: what a pass costs in the kernel.
#pragma once

#include <ctime>
#include <memory>
#include <utility>

#include "collectors/kernel/bpf/walk_program.h"

namespace tcp_lifecycle {

class TimedWalk : public WalkProgram {
 public:
  explicit TimedWalk(std::unique_ptr<WalkProgram> program) : program_(std::move(program)) {}

  absl::Status Run(WalkedTable table, WalkedNetns netns, uint32_t first, uint32_t end) override {
    const double before = ThreadSeconds();
    absl::Status status = program_->Run(table, netns, first, end);
    seconds_ += ThreadSeconds() - before;
    return status;
  }
  void SetMostBound(uint32_t sockets) override { program_->SetMostBound(sockets); }
  const WireControl& control() const override { return program_->control(); }
  WireBuffer& buffer() override { return program_->buffer(); }

  // Sum over all runs, the system calls around them included.
  double seconds() const { return seconds_; }

 private:
  static double ThreadSeconds() {
    timespec time = {};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
  }

  std::unique_ptr<WalkProgram> program_;
  double seconds_ = 0;
};

}  // namespace tcp_lifecycle
