#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "collectors/reports/report_text.h"
#include "exporter/doctor/terminal_text.h"

namespace tcp_lifecycle {
namespace {

constexpr size_t kMaxNamed = 5;

}  // namespace

std::string OwnersText(const SocketOwners& owners, bool some_hidden) {
  if (owners.sockets == 0) return "no program: the sockets are gone";
  std::vector<std::string> parts;
  for (const SocketOwner& owner : owners.owners) {
    if (parts.size() == kMaxNamed) break;
    parts.push_back(
        absl::StrCat(owner.name, " (PID ", owner.pid, ") with ", Count(owner.sockets, "socket")));
  }
  if (owners.owners.size() > kMaxNamed) {
    parts.push_back(absl::StrCat(owners.owners.size() - kMaxNamed, " more programs"));
  }
  if (owners.time_wait > 0 && owners.time_wait == owners.sockets) {
    parts.push_back(absl::StrCat("no program: TIME_WAIT has no owner any more, and ",
                                 owners.sockets == 1
                                     ? "its only socket is"
                                     : absl::StrCat("all ", owners.sockets, " sockets are"),
                                 " in it"));
  } else if (owners.time_wait > 0) {
    parts.push_back(absl::StrCat(Count(owners.time_wait, "socket"),
                                 " in TIME_WAIT, which has no owner any more"));
  }
  if (owners.orphans > 0) {
    parts.push_back(absl::StrCat(Count(owners.orphans, "socket"),
                                 " of no program: closed by it already, or not accepted yet"));
  }
  if (owners.unseen > 0) {
    parts.push_back(
        absl::StrCat(Count(owners.unseen, "socket"), " of programs that are not seen from here",
                     some_hidden ? ": it takes CAP_SYS_PTRACE on the host to look into each process"
                                 : ": another container's, or the kernel's own"));
  }
  return absl::StrJoin(parts, "; ");
}

}  // namespace tcp_lifecycle
