#include "collectors/kernel/namespaces/scan.h"

#include <sys/types.h>

#include <array>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "collectors/kernel/namespaces/cgroup.h"
#include "collectors/kernel/namespaces/open_netns.h"
#include "collectors/kernel/procfs/number.h"

namespace tcp_lifecycle {
namespace {

// CRI-O and podman use the first as well.
constexpr absl::string_view kNamed = "netns";
constexpr std::array<absl::string_view, 3> kPinned = {kNamed, "docker/netns",
                                                      "containerd/io.containerd.grpc.v1.cri/netns"};

FoundNetns& At(uint64_t inode, NetnsScan& scan) {
  FoundNetns& found = scan.by_inode[inode];
  found.sighting.inode = inode;
  return found;
}

void TakeCgroup(const ProcFiles& files, absl::string_view pid, NetnsSighting& sighting) {
  const absl::StatusOr<std::string> text = files.Read(absl::StrCat(pid, "/cgroup"));
  if (!text.ok()) return;
  CgroupOwner owner = ParseCgroup(*text);
  if (!owner.container_id.empty()) sighting.container_ids.insert(std::move(owner.container_id));
  if (!owner.pod_uid.empty()) sighting.pod_uids.insert(std::move(owner.pod_uid));
}

// False where it may not be looked into.
bool TakeProcess(const ProcFiles& files, absl::string_view name, ino_t own_table, NetnsScan& scan) {
  int32_t pid = 0;
  if (!ParseNumber(name, pid) || pid <= 0) return true;
  const absl::StatusOr<ino_t> inode = files.Inode(absl::StrCat(name, "/ns/net"));
  if (!inode.ok()) {
    if (!absl::IsPermissionDenied(inode.status())) return true;
    // proc_ns_get_link says EACCES of a process that has just ended, too. Of one in the exporter's
    // namespace there is nothing to find.
    const absl::StatusOr<ino_t> table = files.Inode(absl::StrCat(name, "/net/tcp"));
    return table.ok() ? *table == own_table : !files.Inode(name).ok();
  }
  FoundNetns& found = At(*inode, scan);
  if (pid == 1) found.sighting.has_pid1 = true;
  if (found.pids.size() < FoundNetns::kMostPids) found.pids.push_back(pid);
  TakeCgroup(files, name, found.sighting);
  return true;
}

void TakeProcesses(const ProcFiles& files, NetnsScan& scan) {
  // Anyone may compare namespaces by the number of this file (see netns_name.h).
  const ino_t own_table = files.Inode("self/net/tcp").value_or(0);
  uint64_t hidden = 0;
  scan.status.Update(files.ForEachEntry(".", [&](absl::string_view name) {
    if (!TakeProcess(files, name, own_table, scan)) ++hidden;
  }));
  if (hidden == 0) return;
  scan.status.Update(absl::PermissionDeniedError(
      absl::StrCat("network namespaces of ", hidden,
                   " processes may not be looked at: this needs CAP_SYS_PTRACE")));
}

void TakePinned(const ProcFiles& run, absl::string_view directory, NetnsScan& scan) {
  const absl::Status listed = run.ForEachEntry(directory, [&](absl::string_view name) {
    std::string path = absl::StrCat(run.root(), "/", directory, "/", name);
    const absl::StatusOr<OpenNetns> opened = OpenNetnsAt(path);
    if (!opened.ok()) {
      if (!absl::IsNotFound(opened.status())) scan.status.Update(opened.status());
      return;
    }
    FoundNetns& found = At(opened->inode, scan);
    if (directory == kNamed) found.sighting.run_names.insert(std::string(name));
    found.paths.push_back(std::move(path));
  });
  if (!absl::IsNotFound(listed)) scan.status.Update(listed);
}

}  // namespace

NetnsScan ScanNetns(const ProcFiles& files, const std::string& run_dir) {
  NetnsScan scan;
  TakeProcesses(files, scan);
  for (const absl::string_view directory : kPinned) TakePinned(ProcFiles(run_dir), directory, scan);
  return scan;
}

}  // namespace tcp_lifecycle
