// Looks for network namespaces in all places where one can be seen: the processes, and the
// directories in which ip netns, docker, containerd, CRI-O and podman pin them. LiveNetnsLister
// scans once a pass. Keeps nothing open.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "collectors/kernel/namespaces/naming.h"
#include "collectors/kernel/procfs/proc_files.h"

namespace tcp_lifecycle {

struct FoundNetns {
  static constexpr size_t kMostPids = 4;

  NetnsSighting sighting;
  std::vector<int32_t> pids;       // the first few in it
  std::vector<std::string> paths;  // of the files that pin it
};

struct NetnsScan {
  std::map<uint64_t, FoundNetns> by_inode;
  absl::Status status;     // why some may be missing
  bool cut_short = false;  // by a deadline
};

// What ends or is unmounted meanwhile is passed over, and so are directories that are not there.
// What may not be looked into costs nothing but itself, and makes the status PermissionDenied.
// `run`: /run. Files that are Until a deadline cut the scan short.
NetnsScan ScanNetns(const ProcFiles& files, const ProcFiles& run);

}  // namespace tcp_lifecycle
