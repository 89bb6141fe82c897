// The network namespace that a thread comes from, and the way to another and back. What a thread
// opens there (a netlink socket, a file of /proc/thread-self/net) stays with that namespace.
#pragma once

#include <utility>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "collectors/model/netns.h"
#include "collectors/model/unique_fd.h"

namespace tcp_lifecycle {

class NetnsHome {
 public:
  // The calling thread's.
  static absl::StatusOr<NetnsHome> Open();

  // Calls `body` with the calling thread in `ns`, and comes back. The error tells why `body` was
  // not called: that of the entrance, or PermissionDenied without CAP_SYS_ADMIN. Ends the program
  // where there is no way back: it would take another's sockets for its own.
  absl::Status Visit(const WatchedNetns& ns, absl::FunctionRef<void()> body) const;

 private:
  explicit NetnsHome(UniqueFd home) : home_(std::move(home)) {}

  UniqueFd home_;
};

}  // namespace tcp_lifecycle
