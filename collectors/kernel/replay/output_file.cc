#include "collectors/kernel/replay/output_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

namespace tcp_lifecycle {

absl::StatusOr<OutputFile> OutputFile::Create(std::string path) {
  UniqueFd fd(open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!fd.valid()) return absl::ErrnoToStatus(errno, path);
  return OutputFile(std::move(fd), std::move(path));
}

absl::Status OutputFile::Write(std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(fd_.get(), bytes.data(), bytes.size());
    if (written < 0 && errno != EINTR) return absl::ErrnoToStatus(errno, path_);
    if (written > 0) bytes = bytes.subspan(static_cast<size_t>(written));
  }
  return absl::OkStatus();
}

}  // namespace tcp_lifecycle
