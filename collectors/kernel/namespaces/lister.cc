#include "collectors/kernel/namespaces/lister.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include <array>
#include <cerrno>
#include <optional>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "collectors/kernel/namespaces/cgroup.h"

namespace tcp_lifecycle {
namespace {

constexpr absl::string_view kNamed = "netns";
constexpr std::array<absl::string_view, 3> kPinned = {kNamed, "docker/netns",
                                                      "containerd/io.containerd.grpc.v1.cri/netns"};
// More than one, because the process may have ended until it is opened.
constexpr size_t kMaxPaths = 4;

void AddPath(std::string path, NetnsSighting& sighting) {
  if (sighting.paths.size() < kMaxPaths) sighting.paths.push_back(std::move(path));
}

// Of the namespace that the file is; nullopt where it is none, as one is that was unmounted.
std::optional<uint64_t> PinnedInode(const std::string& path) {
  struct statfs filesystem = {};
  struct stat file = {};
  if (statfs(path.c_str(), &filesystem) != 0 || filesystem.f_type != NSFS_MAGIC)
    return std::nullopt;
  if (stat(path.c_str(), &file) != 0) return std::nullopt;
  return file.st_ino;
}

// The way in; not open where the namespace is gone, with whatever else has its paths by now.
absl::StatusOr<UniqueFd> OpenEntrance(uint64_t inode, const std::vector<std::string>& paths) {
  absl::Status refused;
  for (const std::string& path : paths) {
    UniqueFd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    struct stat file = {};
    if (fd.valid() && fstat(fd.get(), &file) == 0 && file.st_ino == inode) return fd;
    if (!fd.valid() && errno != ENOENT && errno != ESRCH) {
      refused.Update(absl::ErrnoToStatus(errno, path));
    }
  }
  if (!refused.ok()) return refused;
  return UniqueFd();
}

}  // namespace

NetnsList LiveNetnsLister::List() {
  NetnsList list;
  list.watched.push_back({own_, UniqueFd(), 0});
  if (!selection_.all && selection_.names.empty()) return list;
  NetnsSightings sightings;
  list.status = ScanRunDir(sightings);
  list.status.Update(ScanProcesses(sightings));
  const uint64_t host = own_.name == "host" ? own_.inode : files_.Inode("1/ns/net").value_or(0);
  NetnsChoice choice = ChooseNetns(sightings, own_, host, selection_, watched_);
  list.watched.front().netns = std::move(choice.chosen.front().netns);
  list.omitted = choice.omitted;
  watched_.clear();
  for (size_t i = 1; i < choice.chosen.size(); ++i) {
    auto& [netns, sighting] = choice.chosen[i];
    if (sighting == nullptr) {
      const absl::Status absent =
          absl::NotFoundError(absl::StrCat("no network namespace \"", netns.name, "\" now"));
      list.watched.push_back({std::move(netns), absent, 0});
      continue;
    }
    absl::StatusOr<UniqueFd> entrance = OpenEntrance(netns.inode, sighting->paths);
    if (entrance.ok() && !entrance->valid()) continue;
    watched_.insert(netns.inode);
    list.watched.push_back({std::move(netns), std::move(entrance), sighting->pid});
  }
  return list;
}

absl::Status LiveNetnsLister::ScanProcesses(NetnsSightings& sightings) const {
  uint64_t hidden = 0;
  // Anyone may compare namespaces by this file (see netns_name.h), even where the link is hidden.
  const ino_t own_table = files_.Inode("self/net/tcp").value_or(0);
  absl::Status status = files_.ForEachEntry(".", [&](absl::string_view name) {
    int32_t pid = 0;
    if (!absl::SimpleAtoi(name, &pid)) return;
    const std::string link = absl::StrCat(name, "/ns/net");
    const absl::StatusOr<ino_t> inode = files_.Inode(link);
    if (!inode.ok()) {
      const bool refused = absl::IsPermissionDenied(inode.status());
      if (refused && files_.Inode(absl::StrCat(name, "/net/tcp")).value_or(0) != own_table)
        ++hidden;
      return;
    }
    NetnsSighting& sighting = sightings[*inode];
    sighting.pid = pid;
    AddPath(absl::StrCat(files_.root(), "/", link), sighting);
    CgroupIds ids = ParseCgroup(files_.Read(absl::StrCat(name, "/cgroup")).value_or(""));
    if (!ids.container_id.empty()) sighting.container_ids.insert(std::move(ids.container_id));
    if (!ids.pod_uid.empty()) sighting.pod_uids.insert(std::move(ids.pod_uid));
  });
  if (status.ok() && hidden > 0) {
    status = absl::PermissionDeniedError(absl::StrCat(
        "the network namespace of ", hidden, " processes is hidden (needs CAP_SYS_PTRACE)"));
  }
  return status;
}

absl::Status LiveNetnsLister::ScanRunDir(NetnsSightings& sightings) const {
  absl::Status status;
  const ProcFiles run(run_dir_);
  for (const absl::string_view directory : kPinned) {
    const absl::Status read = run.ForEachEntry(directory, [&](absl::string_view name) {
      std::string path = absl::StrCat(run_dir_, "/", directory, "/", name);
      const std::optional<uint64_t> inode = PinnedInode(path);
      if (!inode) return;
      NetnsSighting& sighting = sightings[*inode];
      if (directory == kNamed) sighting.run_names.emplace(name);
      AddPath(std::move(path), sighting);
    });
    if (!absl::IsNotFound(read)) status.Update(read);
  }
  return status;
}

}  // namespace tcp_lifecycle
