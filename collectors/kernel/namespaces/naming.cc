#include "collectors/kernel/namespaces/naming.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "collectors/base/printable.h"

namespace tcp_lifecycle {
namespace {

constexpr absl::string_view kHost = "host";
constexpr absl::string_view kSelf = "self";
constexpr absl::string_view kInodePrefix = "ino-";

std::string InodeName(uint64_t inode) { return absl::StrCat(kInodePrefix, inode); }

// Names that say what a namespace is. One that is merely called so does not get them.
bool IsReserved(absl::string_view name) {
  return name == kHost || name == kSelf || absl::StartsWith(name, kInodePrefix);
}

// The exporter's own first, then in the order of the pass before, then by inode.
void Sort(std::vector<NetnsSighting>& sightings, const Netns& own,
          const std::vector<uint64_t>& before) {
  const auto place = [&](const NetnsSighting& sighting) {
    const auto earlier = std::find(before.begin(), before.end(), sighting.inode);
    return std::tuple(sighting.inode != own.inode, earlier - before.begin(), sighting.inode);
  };
  std::vector<std::pair<decltype(place(sightings[0])), size_t>> places;
  for (size_t i = 0; i < sightings.size(); ++i) places.emplace_back(place(sightings[i]), i);
  std::sort(places.begin(), places.end());
  std::vector<NetnsSighting> sorted;
  sorted.reserve(sightings.size());
  for (const auto& [key, i] : places) sorted.push_back(std::move(sightings[i]));
  sightings = std::move(sorted);
}

// What it would be called if nothing else were; another's name at times.
std::string FirstName(const NetnsSighting& sighting) {
  const auto usable =
      std::find_if(sighting.run_names.begin(), sighting.run_names.end(), IsPrintable);
  if (usable != sighting.run_names.end()) return *usable;
  if (!sighting.pod_uids.empty()) return sighting.pod_uids.front();
  return InodeName(sighting.inode);
}

std::string Name(const NetnsSighting& sighting, const Netns& own, std::set<std::string>& taken) {
  if (sighting.inode == own.inode) return own.name;
  if (sighting.has_pid1) return std::string(kHost);
  std::string name = FirstName(sighting);
  const bool free = !IsReserved(name) && taken.insert(name).second;
  return free ? name : InodeName(sighting.inode);
}

bool AnswersTo(const std::string& wanted, const NetnsSighting& sighting, const Netns& netns) {
  return wanted == netns.name || wanted == InodeName(sighting.inode) ||
         (wanted == kHost && sighting.has_pid1) || (wanted == kSelf && !netns.foreign) ||
         (!IsReserved(wanted) && (sighting.run_names.contains(wanted) ||
                                  absl::c_linear_search(sighting.pod_uids, wanted)));
}

Netns Describe(const NetnsSighting& sighting, std::string name, const Netns& own) {
  Netns netns = {.name = std::move(name),
                 .inode = sighting.inode,
                 .pod_uid = "",
                 .container_ids = {},
                 .foreign = sighting.inode != own.inode};
  // A pod in the host's namespace has none of its own.
  const bool of_a_pod = netns.name != kHost && !sighting.pod_uids.empty();
  if (of_a_pod) netns.pod_uid = sighting.pod_uids.front();
  auto end = sighting.container_ids.begin();
  std::advance(end, std::min(kMostContainerIds, sighting.container_ids.size()));
  netns.container_ids.assign(sighting.container_ids.begin(), end);
  return netns;
}

}  // namespace

NetnsChoice ChooseNetns(std::vector<NetnsSighting> sightings, const Netns& own,
                        const NetnsSelection& selection, const std::vector<uint64_t>& before) {
  const bool seen = std::any_of(sightings.begin(), sightings.end(),
                                [&](const auto& each) { return each.inode == own.inode; });
  if (!seen) {
    sightings.emplace_back();
    sightings.back().inode = own.inode;
  }
  Sort(sightings, own, before);

  std::set<std::string> taken;
  std::set<std::string> unanswered(selection.names.begin(), selection.names.end());
  NetnsChoice choice;
  const auto add = [&](Netns netns) {
    if (choice.chosen.size() < std::max<size_t>(selection.limit, 1)) {
      choice.chosen.push_back(std::move(netns));
    } else {
      ++choice.omitted;
    }
  };
  for (const NetnsSighting& sighting : sightings) {
    Netns netns = Describe(sighting, Name(sighting, own, taken), own);
    bool wanted = selection.all || !netns.foreign;
    for (const std::string& name : selection.names) {
      if (!AnswersTo(name, sighting, netns)) continue;
      wanted = true;
      unanswered.erase(name);
    }
    if (wanted) add(std::move(netns));
  }
  for (const std::string& name : unanswered) {
    add({.name = name, .inode = 0, .pod_uid = "", .container_ids = {}, .foreign = true});
  }
  return choice;
}

}  // namespace tcp_lifecycle
