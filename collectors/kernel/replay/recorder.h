// Records a live host into an archive that OpenReplay reads: `--record=FILE`, for bug reports and
// fixtures.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "collectors/base/deadline.h"

namespace tcp_lifecycle {

struct Recording {
  std::string archive;      // a file that is not there yet; its directory is
  bool anonymized = false;  // as Anonymizer does it
};

// Writes about, sock_diag/ and proc/ into the archive, for its owner's eyes. AlreadyExists where
// there is such a file. The first error is returned once all else is recorded; files
// that this kernel does not have, and a kernel without sock_diag, are no errors. The sockets are
// those of the calling thread's network namespace.
absl::Status Record(const Recording& recording, const std::string& procfs_root,
                    const Deadline& deadline);

}  // namespace tcp_lifecycle
