// Parses /proc/PID/cgroup: which container and which pod a process belongs to, by the names that
// container runtimes give their cgroups. Pure; LiveNetnsLister calls it for every process.
#pragma once

#include <string>

#include "absl/strings/string_view.h"

namespace tcp_lifecycle {

struct CgroupIds {
  std::string container_id;  // 64 hex digits, of the innermost container
  std::string pod_uid;       // as kube_pod_info has it, with dashes
};

// Knows the cgroups of docker, containerd, CRI-O and podman, by cgroupfs and by systemd, v1 and v2.
// What is in none of them has empty ids, and so has what watches over a container (conmon).
CgroupIds ParseCgroup(absl::string_view text);

}  // namespace tcp_lifecycle
