// Records a live host into a directory that OpenReplay reads: `--record DIR`, for bug reports and
// fixtures.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "collectors/base/deadline.h"

namespace tcp_lifecycle {

// Makes `dir` if it is missing (not its parents) and writes about, sock_diag/ and proc/ into it.
// AlreadyExists where it holds a recording. What fails is told by the first error, once all else is
// recorded; files that this kernel does not have, and a kernel without sock_diag, are no errors.
// The sockets are those of the calling thread's network namespace.
absl::Status Record(const std::string& dir, const std::string& procfs_root,
                    const Deadline& deadline);

}  // namespace tcp_lifecycle
