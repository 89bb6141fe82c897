#include "collectors/kernel/namespaces/netns_home.h"

#include <fcntl.h>
#include <sched.h>

#include <cerrno>
#include <cstdlib>

#include "absl/strings/str_cat.h"

namespace tcp_lifecycle {

absl::StatusOr<NetnsHome> NetnsHome::Open() {
  constexpr char kPath[] = "/proc/thread-self/ns/net";
  UniqueFd home(open(kPath, O_RDONLY | O_CLOEXEC));
  if (!home.valid()) return absl::ErrnoToStatus(errno, kPath);
  return NetnsHome(std::move(home));
}

absl::Status NetnsHome::Visit(const WatchedNetns& ns, absl::FunctionRef<void()> body) const {
  if (!ns.entrance.ok()) return ns.entrance.status();
  if (setns(ns.entrance->get(), CLONE_NEWNET) != 0) {
    return absl::ErrnoToStatus(errno, absl::StrCat("entering network namespace ", ns.netns.name,
                                                   " (needs CAP_SYS_ADMIN)"));
  }
  body();
  if (setns(home_.get(), CLONE_NEWNET) != 0) std::abort();
  return absl::OkStatus();
}

}  // namespace tcp_lifecycle
