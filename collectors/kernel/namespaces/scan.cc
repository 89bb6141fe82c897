#include "collectors/kernel/namespaces/scan.h"

#include <sys/types.h>

#include <array>
#include <map>
#include <utility>

#include "absl/algorithm/container.h"
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
constexpr auto kPinned = std::to_array<absl::string_view>(
    {kNamed, "docker/netns", "containerd/io.containerd.grpc.v1.cri/netns"});

constexpr size_t kCgroupBytes = 1024;  // for the one line of cgroup v2

FoundNetns& At(uint64_t inode, NetnsScan& scan) {
  FoundNetns& found = scan.by_inode[inode];
  found.sighting.inode = inode;
  return found;
}

void TakeCgroup(const ProcFiles& files, absl::string_view pid, NetnsSighting& sighting) {
  const absl::StatusOr<std::string> text = files.Read(absl::StrCat(pid, "/cgroup"), kCgroupBytes);
  if (!text.ok()) return;
  CgroupOwner owner = ParseCgroup(*text);
  if (!owner.container_id.empty()) sighting.container_ids.insert(std::move(owner.container_id));
  if (!owner.pod_uid.empty() && !absl::c_linear_search(sighting.pod_uids, owner.pod_uid)) {
    sighting.pod_uids.push_back(std::move(owner.pod_uid));
  }
}

// The tables of processes that hide their link, which anyone may compare by this number (see
// netns_name.h), and whether PID 1 is among the processes.
using HiddenTables = std::map<ino_t, bool>;

absl::StatusOr<ino_t> TableOf(const ProcFiles& files, absl::string_view process) {
  return files.Inode(absl::StrCat(process, "/net/tcp"));
}

void TakeProcess(const ProcFiles& files, absl::string_view name, NetnsScan& scan,
                 HiddenTables& hidden) {
  int32_t pid = 0;
  if (!ParseNumber(name, pid) || pid <= 0) return;
  const absl::StatusOr<ino_t> inode = files.Inode(absl::StrCat(name, "/ns/net"));
  if (absl::IsPermissionDenied(inode.status())) {
    // proc_ns_get_link says so of a process that has just ended, too: it has no table.
    if (const absl::StatusOr<ino_t> table = TableOf(files, name); table.ok()) {
      hidden[*table] |= pid == 1;
    }
  }
  if (!inode.ok()) return;
  FoundNetns& found = At(*inode, scan);
  if (pid == 1) found.sighting.has_pid1 = true;
  if (found.pids.size() < FoundNetns::kMostPids) found.pids.push_back(pid);
  TakeCgroup(files, name, found.sighting);
}

// Takes out of `hidden` what was found by other processes.
void Reveal(const ProcFiles& files, NetnsScan& scan, HiddenTables& hidden) {
  for (auto& [inode, found] : scan.by_inode) {
    if (hidden.empty()) return;
    for (const int32_t pid : found.pids) {
      const absl::StatusOr<ino_t> table = TableOf(files, absl::StrCat(pid));
      if (!table.ok()) continue;
      if (const auto same = hidden.find(*table); same != hidden.end()) {
        found.sighting.has_pid1 |= same->second;
        hidden.erase(same);
      }
      break;
    }
  }
}

void Note(const absl::Status& listed, NetnsScan& scan) {
  scan.status.Update(listed);
  scan.cut_short |= absl::IsDeadlineExceeded(listed);
}

void TakeProcesses(const ProcFiles& files, NetnsScan& scan) {
  HiddenTables hidden;
  Note(files.ForEachEntry(".",
                          [&](absl::string_view name) { TakeProcess(files, name, scan, hidden); }),
       scan);
  Reveal(files, scan, hidden);
  // A scan that was cut may not have come to a process that shows which one it is.
  if (hidden.empty() || scan.cut_short) return;
  scan.status.Update(absl::PermissionDeniedError(
      absl::StrCat("up to ", hidden.size(),
                   " network namespaces are hidden with their processes: to look at "
                   "these needs CAP_SYS_PTRACE")));
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
  if (!absl::IsNotFound(listed)) Note(listed, scan);
}

}  // namespace

NetnsScan ScanNetns(const ProcFiles& files, const ProcFiles& run) {
  NetnsScan scan;
  // First those with names, which are few beside the processes.
  for (const absl::string_view directory : kPinned) TakePinned(run, directory, scan);
  TakeProcesses(files, scan);
  return scan;
}

}  // namespace tcp_lifecycle
