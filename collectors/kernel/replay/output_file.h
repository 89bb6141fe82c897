// A file of a recording: made new, for its owner's eyes, never over an old one, every error with
// its path.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "collectors/base/unique_fd.h"

namespace tcp_lifecycle {

class OutputFile {
 public:
  // AlreadyExists where there is such a file.
  static absl::StatusOr<OutputFile> Create(std::string path);

  absl::Status Write(std::span<const std::byte> bytes);
  absl::Status Write(absl::string_view text) {
    return Write(std::as_bytes(std::span(text.data(), text.size())));
  }

 private:
  OutputFile(UniqueFd fd, std::string path) : fd_(std::move(fd)), path_(std::move(path)) {}

  UniqueFd fd_;
  std::string path_;
};

}  // namespace tcp_lifecycle
