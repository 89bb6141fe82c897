// Gives the network namespaces that were seen their names on the page, and chooses those to watch.
// Pure; LiveNetnsLister calls it once a scrape.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "collectors/model/netns.h"

namespace tcp_lifecycle {

// What was seen of one namespace.
struct NetnsSighting {
  std::set<std::string> run_names;  // in /run/netns
  std::set<std::string> container_ids, pod_uids;
  std::vector<std::string> paths;  // some by which it can be opened
  int32_t pid = 0;                 // of a process in it; 0 where none is known
};
using NetnsSightings = std::map<uint64_t, NetnsSighting>;  // by inode

struct ChosenNetns {
  Netns netns;
  const NetnsSighting* sighting;  // nullptr of one that is wanted and not there
};

struct NetnsChoice {
  std::vector<ChosenNetns> chosen;  // the exporter's own first, the others by name
  uint64_t omitted = 0;
};

// Of a namespace, so that one with very many cannot fill the page.
inline constexpr size_t kMaxContainers = 32;

// Names are those of Netns::name. One that another has already, or that is not of printable ASCII,
// which would make the page unreadable, is passed over for the next way to name it. `host_inode`:
// of PID 1's. Over the limit those in `watched_before` stay, so that series do not come and go.
NetnsChoice ChooseNetns(const NetnsSightings& sightings, const Netns& own, uint64_t host_inode,
                        const NetnsSelection& selection, const std::set<uint64_t>& watched_before);

}  // namespace tcp_lifecycle
