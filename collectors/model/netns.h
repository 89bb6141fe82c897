// The network namespaces that the exporter watches, and their names on the page.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "collectors/base/deadline.h"
#include "collectors/base/unique_fd.h"

namespace tcp_lifecycle {

struct Netns {
  // `host` when it is PID 1's, else `self` for the exporter's own, else its name in /run/netns,
  // else the uid of its pod, else `ino-` and the inode. No two on a page have the same.
  std::string name;
  uint64_t inode = 0;                           // of /proc/PID/ns/net; 0 where unknown
  std::string pod_uid;                          // as Kubernetes writes it; empty where unknown
  std::vector<std::string> container_ids = {};  // of its processes, in their order
  bool foreign = false;  // not the exporter's own: only families of every namespace have it
  // By which the kernel tells it from all others since boot, while inodes come again
  // (SO_NETNS_COOKIE, Linux 5.14). Known once a foreign one has been entered; else 0.
  uint64_t cookie = 0;
};

// Which namespaces to watch besides the exporter's own.
struct NetnsSelection {
  static constexpr size_t kLimit = 128;

  bool all = false;
  // Without `all`: these. A namespace answers to each name it has, not only to that on the page.
  std::vector<std::string> names;
  size_t limit = kLimit;  // at most so many, the exporter's own among them
};

// One of them in one pass, and the ways to read it.
struct WatchedNetns {
  Netns netns;
  // By which a thread enters it, or why none can; of the exporter's own never used.
  absl::StatusOr<UniqueFd> entrance;
  int32_t pid = 0;  // of a process in it; 0 where none is known
};

struct NetnsList {
  std::vector<WatchedNetns> watched;  // the exporter's own first
  uint64_t omitted = 0;               // selected, and left out for the limit
  absl::Status status;                // why some may be missing
  bool cut_short = false;             // the deadline came before all were seen and opened
};

// The seam to what namespaces there are.
class NetnsLister {
 public:
  virtual ~NetnsLister() = default;
  // What was not seen by `deadline` is missing, what was seen and not opened has no entrance. The
  // exporter's own is always there.
  virtual NetnsList List(const Deadline& deadline) = 0;
};

}  // namespace tcp_lifecycle
