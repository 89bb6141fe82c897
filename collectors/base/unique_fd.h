// Owns one file descriptor and closes it. Every descriptor of the exporter's own lives in one.
#pragma once

#include <unistd.h>

#include <utility>

namespace tcp_lifecycle {

class UniqueFd {
 public:
  UniqueFd() = default;
  explicit UniqueFd(int fd) : fd_(fd) {}
  UniqueFd(const UniqueFd&) = delete;
  UniqueFd& operator=(const UniqueFd&) = delete;
  UniqueFd(UniqueFd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  UniqueFd& operator=(UniqueFd&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~UniqueFd() {
    if (valid()) close(fd_);
  }

  // -1 when it owns none.
  int get() const { return fd_; }
  bool valid() const { return fd_ >= 0; }
  // Whoever calls owns it now.
  int Release() { return std::exchange(fd_, -1); }

 private:
  int fd_ = -1;
};

}  // namespace tcp_lifecycle
