// A moment on the monotonic clock after which nobody waits for an answer any more.
#pragma once

#include <algorithm>
#include <chrono>

namespace tcp_lifecycle {

class Deadline {
 public:
  using Clock = std::chrono::steady_clock;
  explicit Deadline(Clock::time_point at) : at_(at) {}
  static Deadline After(Clock::duration time) { return Deadline(Clock::now() + time); }

  bool Passed() const { return Clock::now() >= at_; }
  // Rounded up, so that a wait of this length ends after the deadline; 0 when it has passed.
  std::chrono::milliseconds Left() const {
    return std::max(std::chrono::milliseconds(0),
                    std::chrono::ceil<std::chrono::milliseconds>(at_ - Clock::now()));
  }
  // When that share of the time left has passed: for a step that must leave time for the next.
  Deadline Share(double share) const {
    const Clock::time_point now = Clock::now();
    return Deadline(now + std::chrono::duration_cast<Clock::duration>((at_ - now) * share));
  }
  Clock::time_point at() const { return at_; }

 private:
  Clock::time_point at_;
};

}  // namespace tcp_lifecycle
