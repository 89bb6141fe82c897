#include "collectors/kernel/namespaces/naming.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace tcp_lifecycle {
namespace {

constexpr absl::string_view kHost = "host", kSelf = "self", kInode = "ino-";

std::string InodeName(uint64_t inode) { return absl::StrCat(kInode, inode); }

// Whether it can be that of a file: the others are given by other rules.
bool IsUsableName(absl::string_view name) {
  return name != kHost && name != kSelf && !absl::StartsWith(name, kInode) &&
         std::all_of(name.begin(), name.end(), absl::ascii_isprint);
}

std::string NameOf(uint64_t inode, const NetnsSighting& sighting, uint64_t host_inode,
                   std::set<std::string>& taken) {
  if (inode == host_inode && taken.insert(std::string(kHost)).second) return std::string(kHost);
  for (const std::string& name : sighting.run_names) {
    if (IsUsableName(name) && taken.insert(name).second) return name;
  }
  if (sighting.pod_uids.size() == 1) {
    const std::string& uid = *sighting.pod_uids.begin();
    if (taken.insert(uid).second) return uid;
  }
  return InodeName(inode);
}

void Identify(const NetnsSighting& sighting, Netns& netns) {
  // Two pods in one namespace: those that use the host's.
  if (sighting.pod_uids.size() == 1) netns.pod_uid = *sighting.pod_uids.begin();
  for (const std::string& id : sighting.container_ids) {
    if (netns.container_ids.size() < kMaxContainers) netns.container_ids.push_back(id);
  }
}

// Whether `netns` is selected. Takes the names that it answers to out of `missing`.
bool IsWanted(const Netns& netns, const NetnsSighting& sighting, const NetnsSelection& selection,
              std::set<std::string>& missing) {
  std::set<std::string> names = sighting.run_names;
  names.insert(sighting.pod_uids.begin(), sighting.pod_uids.end());
  names.insert({netns.name, InodeName(netns.inode)});
  bool wanted = selection.all;
  for (const std::string& name : names) wanted |= missing.erase(name) != 0;
  return wanted;
}

}  // namespace

NetnsChoice ChooseNetns(const NetnsSightings& sightings, const Netns& own, uint64_t host_inode,
                        const NetnsSelection& selection, const std::set<uint64_t>& watched_before) {
  std::set<std::string> taken = {own.name};
  std::set<std::string> missing(selection.names.begin(), selection.names.end());
  NetnsChoice choice;
  choice.chosen.push_back({own, nullptr});
  for (const auto& [inode, sighting] : sightings) {
    if (inode == own.inode) {
      Identify(sighting, choice.chosen.front().netns);
      IsWanted(own, sighting, selection, missing);
      continue;
    }
    Netns netns;
    netns.name = NameOf(inode, sighting, host_inode, taken);
    netns.inode = inode;
    netns.foreign = true;
    Identify(sighting, netns);
    if (IsWanted(netns, sighting, selection, missing)) {
      choice.chosen.push_back({std::move(netns), &sighting});
    }
  }
  for (const std::string& name : missing) {
    Netns netns;
    netns.name = name;
    netns.foreign = true;
    choice.chosen.push_back({std::move(netns), nullptr});
  }
  const auto others = choice.chosen.begin() + 1;
  if (choice.chosen.size() > selection.limit) {
    std::stable_partition(others, choice.chosen.end(), [&](const ChosenNetns& each) {
      return watched_before.contains(each.netns.inode);
    });
    choice.omitted = choice.chosen.size() - selection.limit;
    choice.chosen.erase(choice.chosen.end() - static_cast<std::ptrdiff_t>(choice.omitted),
                        choice.chosen.end());
  }
  std::sort(choice.chosen.begin() + 1, choice.chosen.end(),
            [](const ChosenNetns& a, const ChosenNetns& b) { return a.netns.name < b.netns.name; });
  return choice;
}

}  // namespace tcp_lifecycle
