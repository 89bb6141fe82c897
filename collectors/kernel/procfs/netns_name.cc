#include "collectors/kernel/procfs/netns_name.h"

#include <sys/types.h>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"

namespace tcp_lifecycle {
namespace {

absl::StatusOr<ino_t> OwnInode(const ProcFiles& files, absl::string_view path) {
  const std::string own_path = absl::StrCat("self/", path);
  const absl::StatusOr<ino_t> inode = files.Inode(own_path);
  return inode.ok() ? inode : ProcFiles("/proc").Inode(own_path);
}

}  // namespace

Netns FindOwnNetns(const ProcFiles& files) {
  const absl::StatusOr<ino_t> first = files.Inode("1/net/tcp");
  const absl::StatusOr<ino_t> own = OwnInode(files, "net/tcp");
  const bool same = first.ok() && own.ok() && *first == *own;
  return {.name = same ? "host" : "self",
          .inode = OwnInode(files, "ns/net").value_or(0),
          .pod_uid = ""};
}

}  // namespace tcp_lifecycle
