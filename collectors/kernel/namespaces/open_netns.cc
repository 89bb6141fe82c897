#include "collectors/kernel/namespaces/open_netns.h"

#include <fcntl.h>
#include <linux/nsfs.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

#include <cerrno>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace tcp_lifecycle {

absl::StatusOr<OpenNetns> OpenNetnsAt(const std::string& path) {
  const auto no_namespace = [&path] {
    return absl::NotFoundError(absl::StrCat(path, ": is no network namespace"));
  };
  // To open a device may have effects. Those of the kernel's namespaces look like regular files.
  struct stat file;
  if (stat(path.c_str(), &file) != 0) return absl::ErrnoToStatus(errno, path);
  if (!S_ISREG(file.st_mode)) return no_namespace();
  UniqueFd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!fd.valid()) return absl::ErrnoToStatus(errno, path);
  // The file of a namespace that is pinned no more is an ordinary empty one.
  if (ioctl(fd.get(), NS_GET_NSTYPE) != CLONE_NEWNET) return no_namespace();
  // It may have been replaced since the first look.
  if (fstat(fd.get(), &file) != 0) return absl::ErrnoToStatus(errno, path);
  return OpenNetns{std::move(fd), file.st_ino};
}

}  // namespace tcp_lifecycle
