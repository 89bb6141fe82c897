// A directory that is gone, with all in it, when its owner is.
#pragma once

#include <string>
#include <utility>

#include "absl/status/statusor.h"

namespace tcp_lifecycle {

class TemporaryDirectory {
 public:
  // `prefix` and six more characters.
  static absl::StatusOr<TemporaryDirectory> Make(const std::string& prefix);
  ~TemporaryDirectory();
  TemporaryDirectory(TemporaryDirectory&& other) noexcept : path_(std::exchange(other.path_, "")) {}
  TemporaryDirectory& operator=(TemporaryDirectory&&) = delete;
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

  const std::string& path() const { return path_; }

 private:
  explicit TemporaryDirectory(std::string path) : path_(std::move(path)) {}

  std::string path_;
};

}  // namespace tcp_lifecycle
