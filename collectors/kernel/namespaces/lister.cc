#include "collectors/kernel/namespaces/lister.h"

#include <optional>

#include "absl/algorithm/container.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "collectors/kernel/namespaces/naming.h"
#include "collectors/kernel/namespaces/open_netns.h"
#include "collectors/kernel/namespaces/scan.h"

namespace tcp_lifecycle {
namespace {

// The scan's share of the time that a list has; opening what it found takes little.
constexpr double kShareOfScan = 0.875;

// A pid may be another process's by now, and a file may pin another namespace.
absl::StatusOr<UniqueFd> Enter(const std::string& path, uint64_t inode) {
  absl::StatusOr<OpenNetns> opened = OpenNetnsAt(path);
  if (!opened.ok()) return opened.status();
  if (opened->inode != inode) return absl::NotFoundError(absl::StrCat(path, ": is another now"));
  return std::move(opened->fd);
}

// By the first way that still leads there. nullopt where all of them are gone.
std::optional<WatchedNetns> Watch(Netns netns, const FoundNetns& found, const ProcFiles& files,
                                  const Deadline& deadline) {
  absl::Status refused;
  const auto try_path = [&](const std::string& path) {
    absl::StatusOr<UniqueFd> fd = deadline.Passed()
                                      ? absl::DeadlineExceededError("not opened in time")
                                      : Enter(path, netns.inode);
    if (!absl::IsNotFound(fd.status())) refused.Update(fd.status());
    return fd;
  };
  for (const int32_t pid : found.pids) {
    absl::StatusOr<UniqueFd> fd = try_path(absl::StrCat(files.root(), "/", pid, "/ns/net"));
    if (fd.ok()) return WatchedNetns{std::move(netns), std::move(fd), pid};
  }
  for (const std::string& path : found.paths) {
    absl::StatusOr<UniqueFd> fd = try_path(path);
    if (fd.ok()) return WatchedNetns{std::move(netns), std::move(fd), 0};
  }
  if (refused.ok()) return std::nullopt;
  return WatchedNetns{std::move(netns), std::move(refused), 0};
}

}  // namespace

NetnsList LiveNetnsLister::List(const Deadline& deadline) {
  NetnsList list;
  if (!selection_.all && selection_.names.empty()) {
    list.watched.push_back({own_, UniqueFd(), 0});
    return list;
  }
  const Deadline found_by = deadline.Share(kShareOfScan);
  NetnsScan scan = ScanNetns(files_.Until(found_by), ProcFiles(run_dir_).Until(found_by));
  list.status = std::move(scan.status);
  list.cut_short = scan.cut_short;
  // Its processes, which give it its name, may not have been seen.
  if (scan.cut_short) {
    std::erase_if(scan.by_inode, [](const auto& each) {
      const FoundNetns& found = each.second;
      return found.sighting.run_names.empty() && found.pids.empty();
    });
  }
  std::vector<NetnsSighting> sightings;
  sightings.reserve(scan.by_inode.size());
  for (const auto& [inode, found] : scan.by_inode) sightings.push_back(found.sighting);
  NetnsChoice choice = ChooseNetns(std::move(sightings), own_, selection_, before_);
  list.omitted = choice.omitted;
  // What was not seen this time keeps its place.
  if (!scan.cut_short) before_.clear();
  for (Netns& netns : choice.chosen) {
    if (!netns.foreign) {
      list.watched.push_back({std::move(netns), UniqueFd(), 0});
    } else if (netns.inode == 0) {
      absl::Status missing =
          scan.cut_short
              ? absl::DeadlineExceededError(
                    absl::StrCat("network namespace \"", netns.name, "\" not found in time"))
              : absl::NotFoundError(absl::StrCat("no network namespace \"", netns.name, "\" now"));
      list.watched.push_back({std::move(netns), std::move(missing), 0});
    } else {
      if (!absl::c_linear_search(before_, netns.inode)) before_.push_back(netns.inode);
      const FoundNetns& found = scan.by_inode.at(netns.inode);
      std::optional<WatchedNetns> watched = Watch(std::move(netns), found, files_, deadline);
      if (!watched.has_value()) continue;
      list.cut_short |= absl::IsDeadlineExceeded(watched->entrance.status());
      list.watched.push_back(*std::move(watched));
    }
  }
  return list;
}

}  // namespace tcp_lifecycle
