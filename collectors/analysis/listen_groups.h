// Groups listeners by address and port and finds the fullest, in bounded memory. The listen
// collector drives it with the listeners of one namespace; pure.
//
// Scope is no part of the key: the page knows a listener by address and port alone, and the sums
// and the worst ratio of a group are true whatever interface each of its sockets is bound to.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "collectors/model/socket.h"

namespace tcp_lifecycle {

struct ListenGroup {
  IpAddress address;
  uint16_t port = 0;
  bool in_ephemeral_range = false;  // and not reserved; false where the range is unknown
  uint32_t listeners = 0;
  // Sums over the group. nullopt where the source cannot tell for one of them.
  uint64_t queue = 0;             // connections waiting for accept()
  std::optional<uint64_t> limit;  // of `queue`
  std::optional<uint64_t> drops;  // connections lost by sockets that still listen
  // Queue by limit of the group's worst socket. The kernel queues one more than the limit, so a
  // full queue is above 1; a limit of 0 counts as 1.
  std::optional<double> max_ratio;
  uint32_t full = 0;                  // listeners whose queue is above its limit, known ones only
  std::optional<uint64_t> max_limit;  // of one listener; nullopt where unknown for all of them
};

// By ratio, where an unknown one is below any known one, then by queue, ties in the order of
// address and port.
bool IsFuller(const ListenGroup& a, const ListenGroup& b);

class ListenGroups {
 public:
  // More groups than this are never held: the emptier half is dropped, and a dropped group that is
  // met again starts anew. The kernel hands out the sockets of a group close together.
  static constexpr size_t kMaxHeld = 4096;

  void Add(const Listener& listener);

  // At most `count` groups, fullest first. Empties this object.
  std::vector<ListenGroup> TakeFullest(size_t count);
  // Groups dropped until now, by the bound or by TakeFullest.
  uint64_t omitted() const { return omitted_; }

 private:
  std::vector<ListenGroup> DropAllBut(size_t count);

  absl::flat_hash_map<std::pair<IpAddress, uint16_t>, ListenGroup> groups_;
  uint64_t omitted_ = 0;
};

}  // namespace tcp_lifecycle
