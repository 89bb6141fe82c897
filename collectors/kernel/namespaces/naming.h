// Chooses, among the network namespaces that a scan found, those to watch, and names them. Pure;
// LiveNetnsLister asks at each pass and opens what is chosen. No two have the same name, and a
// namespace keeps name and place from pass to pass for as long as what it is called by stays.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "collectors/model/netns.h"

namespace tcp_lifecycle {

// All that one pass saw of one namespace.
struct NetnsSighting {
  uint64_t inode = 0;
  bool has_pid1 = false;
  std::set<std::string> run_names;  // of files in /run/netns, any bytes
  std::set<std::string> container_ids;
  // In the order of the processes, that of the namespace's own pod first: its pause container is
  // older than what visits it (nsenter from another pod).
  std::vector<std::string> pod_uids;
};

struct NetnsChoice {
  // The exporter's own first, then those watched before, then by inode, then one without an inode
  // for each wanted name that nothing answers to.
  std::vector<Netns> chosen;
  uint64_t omitted = 0;
};

inline constexpr size_t kMostContainerIds = 32;  // of a namespace

// `own` is always among them, seen or not. `before`: the inodes chosen in the pass before, in their
// order.
//
// A namespace answers to its name on the page, to each of its names in /run/netns, to the uid of
// each pod in it, to ino-N, and to host or self where it is that.
NetnsChoice ChooseNetns(std::vector<NetnsSighting> sightings, const Netns& own,
                        const NetnsSelection& selection, const std::vector<uint64_t>& before);

}  // namespace tcp_lifecycle
