// Opens files below a proc mount, or below a recorded directory that looks like one. All of /proc
// that the exporter uses passes through here. Every error names the whole path and what the system
// said of it, with the code of its errno: NotFound (absent on this kernel), PermissionDenied, ...
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "collectors/base/deadline.h"
#include "collectors/base/unique_fd.h"
#include "collectors/kernel/procfs/line_reader.h"

namespace tcp_lifecycle {

class ProcFiles {
 public:
  // `root`: /proc, or where it is mounted.
  explicit ProcFiles(std::string root) : root_(std::move(root)) {}

  // The same files, which fail with DeadlineExceeded once `deadline` has passed.
  ProcFiles Until(const Deadline& deadline) const;

  // Below `root/path`, which stays open: a shorter way to many files there, and to those of the
  // namespace in which the calling thread is now.
  absl::StatusOr<ProcFiles> OpenDirectory(absl::string_view path) const;

  // Holds every file but a long list of reserved ports.
  static constexpr size_t kUsualBytes = 16 << 10;

  // The whole file `root/path`, for small ones. ResourceExhausted from 1 MiB on. `likely_bytes`:
  // what its size is likely below; the kernel allocates and clears so much for a sysctl.
  absl::StatusOr<std::string> Read(absl::string_view path, size_t likely_bytes = kUsualBytes) const;

  // The file `root/path` line by line, for those of any length.
  absl::StatusOr<LineReader> OpenLines(absl::string_view path, const Deadline& deadline) const;

  // The inode number of the file behind `root/path`, symbolic links followed. PermissionDenied for
  // a directory.
  absl::StatusOr<ino_t> Inode(absl::string_view path) const;

  // Where the symbolic link `root/path` leads.
  absl::StatusOr<std::string> ReadLink(absl::string_view path) const;

  // Calls `visit` with each name in the directory `root/path`, without `.` and `..`.
  absl::Status ForEachEntry(absl::string_view path,
                            absl::FunctionRef<void(absl::string_view)> visit) const;
  // How many there are.
  absl::StatusOr<uint64_t> CountEntries(absl::string_view path) const;

  const std::string& root() const { return root_; }

 private:
  std::string Join(absl::string_view path) const;
  absl::Status InTime(const std::string& full_path) const;
  absl::StatusOr<UniqueFd> Open(absl::string_view path) const;

  std::string root_;
  std::shared_ptr<const UniqueFd> directory_;  // root_, where it is open
  std::optional<Deadline> deadline_;
};

}  // namespace tcp_lifecycle
