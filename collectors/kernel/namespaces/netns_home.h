// The network namespace that a thread comes from, and the way to another and back. What a thread
// opens there (a netlink socket, a file of /proc/thread-self/net) stays with that namespace.
#pragma once

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "collectors/base/unique_fd.h"
#include "collectors/model/netns.h"

namespace tcp_lifecycle {

class NetnsHome {
 public:
  NetnsHome();  // the calling thread's

  // Calls `body` with the calling thread in `ns`, and comes back, also when `body` throws. The
  // error tells why `body` was not called: that of the entrance; that of a kernel without network
  // namespaces; PermissionDenied without CAP_SYS_ADMIN both in that namespace's user namespace and
  // in the own one's. Ends the program where the way back closes meanwhile: it would take another's
  // sockets for its own.
  absl::Status Visit(const WatchedNetns& ns, absl::FunctionRef<void()> body);

 private:
  absl::StatusOr<UniqueFd> home_;
  bool may_return_ = false;  // has been tried
};

}  // namespace tcp_lifecycle
