// Opens files that may be network namespaces: /proc/PID/ns/net, and what is pinned below /run. The
// scan and LiveNetnsLister call it. A file is opened only if that cannot block or have an effect.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "collectors/base/unique_fd.h"

namespace tcp_lifecycle {

struct OpenNetns {
  UniqueFd fd;
  uint64_t inode = 0;
};

// NotFound where `path` leads to nothing, or to something else than a network namespace.
absl::StatusOr<OpenNetns> OpenNetnsAt(const std::string& path);

}  // namespace tcp_lifecycle
