// Sockets whose connect() chose its port from a range of their own (IP_LOCAL_PORT_RANGE), counted
// by destination and range: such a client runs out of ports while others have many. The ports
// collector drives it with what the source reads; bounded memory; pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "collectors/analysis/port_use.h"
#include "collectors/model/port_set.h"
#include "collectors/model/socket.h"

namespace tcp_lifecycle {

struct OwnRangeReport {
  IpAddress source;
  IpAddress address;
  uint16_t port = 0;
  PortRange range;
  uint32_t open = 0;  // ports of the range that are neither reserved nor blocked
  // How many of these are held by sockets with this range towards this destination. At least so
  // many are taken: a socket in TIME_WAIT has no range any more, and sockets without one can hold
  // others.
  uint32_t used = 0;

  double utilization() const { return open == 0 ? 1 : static_cast<double>(used) / open; }
};

// For one namespace and one pass.
class OwnRanges {
 public:
  // Pairs of a destination and a range; of those beyond, nothing is known.
  static constexpr size_t kMaxEntries = 256;

  // `range`: that of the socket. The kernel ignores a bound of it that lies outside the
  // namespace's.
  void Add(const Socket& socket, const PortRange& range, const PortRange& of_namespace,
           const PortUse& ports);
  bool empty() const { return used_.empty(); }
  // At most `count`, those with the greatest share of open ports held first, ties in address order.
  std::vector<OwnRangeReport> Fullest(const PortUse& ports, size_t count) const;

 private:
  struct Key {
    IpAddress source;
    IpAddress address;
    uint16_t port = 0;
    PortRange range;

    bool operator==(const Key&) const = default;
    template <typename H>
    friend H AbslHashValue(H h, const Key& key) {
      return H::combine(std::move(h), key.source, key.address, key.port, key.range.min,
                        key.range.max);
    }
  };

  absl::flat_hash_map<Key, uint32_t> used_;
};

}  // namespace tcp_lifecycle
