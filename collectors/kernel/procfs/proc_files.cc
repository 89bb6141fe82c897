#include "collectors/kernel/procfs/proc_files.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <memory>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "collectors/base/unique_fd.h"

namespace tcp_lifecycle {
namespace {

constexpr size_t kMaxFileBytes = 1 << 20;
constexpr size_t kPageBytes = 4096;

// Fills `buffer` from the file's start and returns how much it took. A kernel file may hand over
// less than asked (a page at a time) long before its end, but what is less than a page at once.
absl::StatusOr<size_t> ReadFromStart(int fd, const std::string& path, std::string& buffer) {
  size_t size = 0;
  while (size < buffer.size()) {
    const ssize_t got =
        pread(fd, buffer.data() + size, buffer.size() - size, static_cast<off_t>(size));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return absl::ErrnoToStatus(errno, path);
    if (got == 0) break;
    size += static_cast<size_t>(got);
    if (buffer.size() < kPageBytes) break;
  }
  return size;
}

}  // namespace

ProcFiles ProcFiles::Until(const Deadline& deadline) const {
  ProcFiles files = *this;
  files.deadline_ = deadline;
  return files;
}

absl::StatusOr<ProcFiles> ProcFiles::OpenDirectory(absl::string_view path) const {
  ProcFiles below(Join(path));
  below.deadline_ = deadline_;
  if (absl::Status late = InTime(below.root_); !late.ok()) return late;
  UniqueFd fd(open(below.root_.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!fd.valid()) return absl::ErrnoToStatus(errno, below.root_);
  below.directory_ = std::make_shared<const UniqueFd>(std::move(fd));
  return below;
}

absl::StatusOr<std::string> ProcFiles::Read(absl::string_view path, size_t likely_bytes) const {
  const std::string full_path = Join(path);
  const absl::StatusOr<UniqueFd> fd = Open(path);
  if (!fd.ok()) return fd.status();
  // proc_do_large_bitmap (ip_local_reserved_ports) silently cuts its list at the size asked for and
  // has nothing to add at a later offset. So a buffer that came back full is read anew, larger.
  for (size_t capacity = likely_bytes;; capacity = std::min(capacity * 8, kMaxFileBytes)) {
    std::string contents(capacity, '\0');
    const absl::StatusOr<size_t> size = ReadFromStart(fd->get(), full_path, contents);
    if (!size.ok()) return size.status();
    if (*size < capacity) {
      contents.resize(*size);
      return contents;
    }
    if (capacity == kMaxFileBytes) break;
  }
  return absl::ResourceExhaustedError(absl::StrCat(full_path, ": not below 1 MiB"));
}

absl::StatusOr<LineReader> ProcFiles::OpenLines(absl::string_view path,
                                                const Deadline& deadline) const {
  absl::StatusOr<UniqueFd> fd = Open(path);
  if (!fd.ok()) return fd.status();
  return LineReader(*std::move(fd), std::string(path), deadline);
}

absl::StatusOr<ino_t> ProcFiles::Inode(absl::string_view path) const {
  const std::string full_path = Join(path);
  if (absl::Status late = InTime(full_path); !late.ok()) return late;
  struct stat status;
  if (stat(full_path.c_str(), &status) != 0) return absl::ErrnoToStatus(errno, full_path);
  // Linux 5.10 stops at the directory of a process's link that may not be followed, without an
  // error.
  if (S_ISDIR(status.st_mode)) return absl::ErrnoToStatus(EACCES, full_path);
  return status.st_ino;
}

absl::StatusOr<std::string> ProcFiles::ReadLink(absl::string_view path) const {
  const std::string full_path = Join(path);
  if (absl::Status late = InTime(full_path); !late.ok()) return late;
  std::array<char, PATH_MAX> target;
  const ssize_t size = readlink(full_path.c_str(), target.data(), target.size());
  if (size < 0) return absl::ErrnoToStatus(errno, full_path);
  return std::string(target.data(), static_cast<size_t>(size));
}

absl::Status ProcFiles::ForEachEntry(absl::string_view path,
                                     absl::FunctionRef<void(absl::string_view)> visit) const {
  const std::string full_path = Join(path);
  const std::unique_ptr<DIR, int (*)(DIR*)> directory(opendir(full_path.c_str()), closedir);
  if (directory == nullptr) return absl::ErrnoToStatus(errno, full_path);
  for (;;) {
    errno = 0;
    const dirent* entry = readdir(directory.get());
    const int error = errno;
    if (absl::Status late = InTime(full_path); !late.ok()) return late;
    if (entry == nullptr) return absl::ErrnoToStatus(error, full_path);  // 0, and OK, at the end
    const absl::string_view name = entry->d_name;
    if (name != "." && name != "..") visit(name);
  }
}

absl::StatusOr<uint64_t> ProcFiles::CountEntries(absl::string_view path) const {
  uint64_t entries = 0;
  const absl::Status status = ForEachEntry(path, [&](absl::string_view) { ++entries; });
  if (!status.ok()) return status;
  return entries;
}

std::string ProcFiles::Join(absl::string_view path) const { return absl::StrCat(root_, "/", path); }

absl::Status ProcFiles::InTime(const std::string& full_path) const {
  if (!deadline_.has_value() || !deadline_->Passed()) return absl::OkStatus();
  return absl::DeadlineExceededError(absl::StrCat(full_path, ": not read in time"));
}

absl::StatusOr<UniqueFd> ProcFiles::Open(absl::string_view path) const {
  const std::string full_path = Join(path);
  if (absl::Status late = InTime(full_path); !late.ok()) return late;
  // Relative, it is what comes after the root.
  UniqueFd fd(
      directory_ == nullptr
          ? open(full_path.c_str(), O_RDONLY | O_CLOEXEC)
          : openat(directory_->get(), full_path.c_str() + root_.size() + 1, O_RDONLY | O_CLOEXEC));
  if (!fd.valid()) return absl::ErrnoToStatus(errno, full_path);
  return fd;
}

}  // namespace tcp_lifecycle
