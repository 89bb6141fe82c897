#include "collectors/kernel/namespaces/netns_home.h"

#include <fcntl.h>
#include <sched.h>

#include <cerrno>
#include <cstdlib>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"

namespace tcp_lifecycle {
namespace {

absl::StatusOr<UniqueFd> OpenHome() {
  constexpr char kPath[] = "/proc/thread-self/ns/net";
  UniqueFd home(open(kPath, O_RDONLY | O_CLOEXEC));
  if (!home.valid()) return absl::ErrnoToStatus(errno, kPath);
  return home;
}

bool Enter(const UniqueFd& netns) { return setns(netns.get(), CLONE_NEWNET) == 0; }

}  // namespace

NetnsHome::NetnsHome() : home_(OpenHome()) {}

absl::Status NetnsHome::Visit(const WatchedNetns& ns, absl::FunctionRef<void()> body) {
  if (!ns.entrance.ok()) return ns.entrance.status();
  if (!home_.ok()) return home_.status();
  // A program in a user namespace may enter those of its children, but not the one it is in.
  may_return_ = may_return_ || Enter(*home_);
  if (!may_return_ || !Enter(*ns.entrance)) {
    return absl::ErrnoToStatus(errno, absl::StrCat("entering network namespace ", ns.netns.name,
                                                   " and coming back (needs CAP_SYS_ADMIN)"));
  }
  const absl::Cleanup come_back = [this] {
    if (!Enter(*home_)) std::abort();
  };
  body();
  return absl::OkStatus();
}

}  // namespace tcp_lifecycle
