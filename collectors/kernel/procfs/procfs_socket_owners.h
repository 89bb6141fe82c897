// Finds the programs behind sockets as netstat -p does: the inode of each row of /proc/net/tcp and
// tcp6 that is asked for, then the links /proc/PID/fd/N that lead to it.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "collectors/kernel/procfs/proc_files.h"
#include "collectors/model/socket_owners.h"

namespace tcp_lifecycle {

// The inode of a link like "socket:[1234]"; nullopt of any other.
std::optional<uint64_t> ParseSocketLink(absl::string_view link);

class ProcfsSocketOwners : public SocketOwnersReader {
 public:
  explicit ProcfsSocketOwners(ProcFiles files) : files_(std::move(files)) {}

  // Rows that make no sense are left out. Besides DeadlineExceeded, an error names the file that
  // could not be read.
  absl::StatusOr<SocketOwnersAnswer> Read(std::span<const Question> questions,
                                          const Deadline& deadline) override;

 private:
  ProcFiles files_;
};

}  // namespace tcp_lifecycle
