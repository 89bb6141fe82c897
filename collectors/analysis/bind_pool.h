// What bind((source, 0)) can still draw from: usable ports that no socket on that address, nor on
// every address, holds. Unlike connect() it needs a port that is free towards all destinations.
// Bounded memory; pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/container/node_hash_map.h"
#include "collectors/model/port_set.h"
#include "collectors/model/socket.h"

namespace tcp_lifecycle {

struct BindSource {
  IpAddress address;
  uint32_t free = 0;  // ports
};

// For one namespace and one pass.
class BindPool {
 public:
  // Addresses that are told apart. The first that are met are kept, and what is kept is exact; a
  // source with many of the host's sockets is met early.
  static constexpr size_t kMaxSources = 64;

  // A socket on a usable port.
  void Add(const Socket& socket);
  // At most `count` sources, those with the fewest free ports first, ties in address order.
  std::vector<BindSource> Fullest(const PortSet& usable, size_t count) const;

 private:
  // Held for every address of a family.
  PortSet any_ipv4_;
  PortSet any_ipv6_;
  absl::node_hash_map<IpAddress, PortSet> sources_;
};

}  // namespace tcp_lifecycle
