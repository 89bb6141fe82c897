// The version in a kernel's release, such as 6.1.0-50-amd64. For what a kernel shows in no other
// way: where it can be asked for a file or a field, that is asked. Pure.
#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"

namespace tcp_lifecycle {

struct KernelVersion {
  int major = 0;
  int minor = 0;

  bool AtLeast(int other_major, int other_minor) const {
    return major != other_major ? major > other_major : minor >= other_minor;
  }
};

inline absl::StatusOr<KernelVersion> ParseKernelRelease(absl::string_view release) {
  const std::vector<absl::string_view> parts =
      absl::StrSplit(release, absl::MaxSplits(absl::ByAnyChar(".-+\n"), 2));
  KernelVersion version;
  if (parts.size() < 2 || !absl::SimpleAtoi(parts[0], &version.major) ||
      !absl::SimpleAtoi(parts[1], &version.minor)) {
    return absl::DataLossError(absl::StrCat("kernel release \"", release, "\""));
  }
  return version;
}

// Whether sock_diag lists sockets that are only bound (TCPF_BOUND_INACTIVE): since 6.8; older
// kernels ignore the bit.
inline bool DumpsListBoundSockets(absl::string_view release) {
  const absl::StatusOr<KernelVersion> version = ParseKernelRelease(release);
  return version.ok() && version->AtLeast(6, 8);
}

}  // namespace tcp_lifecycle
