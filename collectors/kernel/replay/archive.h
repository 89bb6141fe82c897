// One file of a recording: a tar (POSIX ustar) of regular files with names of at most 100 bytes,
// compressed by gzip. `tar xzf FILE` unpacks it, `tar czf FILE -C DIR .` makes such a file, too.
#pragma once

#include <string>

#include "absl/status/status.h"

namespace tcp_lifecycle {

// Writes what is below `directory` into `archive`, a file that is there and empty. Errors name the
// file; OutOfRange for one that is too large for the format (8 GiB).
absl::Status PackArchive(const std::string& directory, const std::string& archive);

// Writes the files of `archive` below `directory`, which exists. DataLoss where it is no such
// archive, damaged or cut; InvalidArgument for a name that leads elsewhere, and for a link;
// OutOfRange where more than 4 GiB or 1000 files come out. Whatever the archive holds, nothing is
// written outside.
absl::Status UnpackArchive(const std::string& archive, const std::string& directory);

}  // namespace tcp_lifecycle
