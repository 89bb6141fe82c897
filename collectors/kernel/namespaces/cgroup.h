// Tells from /proc/PID/cgroup which container and which pod a process belongs to. The scan of
// network namespaces reads it for each process; nothing else of the cgroups is looked at. The text
// is made of names that others chose: any bytes are taken, and what comes out is of the shapes
// below.
#pragma once

#include <string>

#include "absl/strings/string_view.h"

namespace tcp_lifecycle {

struct CgroupOwner {
  std::string container_id;  // 64 hexadecimal digits; empty where it is in none
  // As the kubelet knows it, with dashes; of a static pod 32 digits without. Empty where in none.
  std::string pod_uid;
};

// Understands cgroup v2 and v1, with the paths that the systemd and cgroupfs drivers of containerd,
// CRI-O, docker and podman make. The innermost container counts: a node of kind is itself one. The
// monitors of containers (conmon) are in none.
CgroupOwner ParseCgroup(absl::string_view text);

}  // namespace tcp_lifecycle
