// Finds the network namespaces of the host, once a scrape: by the processes in them, and by the
// files that pin them (ip netns, CNI plugins, CRI-O, podman, docker, containerd). One that only a
// thread is in, or only a descriptor keeps, is not found.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <utility>

#include "collectors/kernel/namespaces/naming.h"
#include "collectors/kernel/procfs/proc_files.h"
#include "collectors/model/netns.h"

namespace tcp_lifecycle {

class LiveNetnsLister final : public NetnsLister {
 public:
  // `run_dir`: /run, or where it is mounted. `own`: as FindOwnNetns tells.
  LiveNetnsLister(ProcFiles files, std::string run_dir, NetnsSelection selection, Netns own)
      : files_(std::move(files)),
        run_dir_(std::move(run_dir)),
        selection_(std::move(selection)),
        own_(std::move(own)) {}

  // `status` is PermissionDenied where processes hide their namespace (needs CAP_SYS_PTRACE). The
  // entrances keep their namespaces alive, dead ones as well: the list is not to outlive the pass.
  NetnsList List() override;

 private:
  absl::Status ScanProcesses(NetnsSightings& sightings) const;
  absl::Status ScanRunDir(NetnsSightings& sightings) const;

  ProcFiles files_;
  std::string run_dir_;
  NetnsSelection selection_;
  Netns own_;
  std::set<uint64_t> watched_;  // in the last pass, by inode
};

}  // namespace tcp_lifecycle
