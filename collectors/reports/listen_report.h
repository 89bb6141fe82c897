// What the listen collector finds in a namespace.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "collectors/analysis/listen_groups.h"

namespace tcp_lifecycle {

// Accepted connections in CLOSE_WAIT: their peers have closed, our program has not.
struct UnclosedOnPort {
  uint16_t port = 0;  // the local one
  uint64_t sockets = 0;
};

struct ListenReport {
  static constexpr size_t kMaxGroups = 50;

  std::vector<ListenGroup> groups;  // fullest first, ties in address order
  uint64_t omitted_groups = 0;      // listened to, not in `groups`
  // ESTABLISHED and still in an accept queue; nullopt where the source cannot tell.
  std::optional<uint64_t> unaccepted;
  std::vector<UnclosedOnPort> unclosed = {};  // the most first, at most kMaxGroups
};

}  // namespace tcp_lifecycle
