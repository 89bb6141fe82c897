// Which end opened a connection, judged from the listeners of its namespace and the ephemeral
// range. The pass asks for every record whose source could not tell; pure.
//
// The rule: a listener on the local port whose address matches -> inbound; else local port in the
// range and remote port not -> outbound; the reverse -> inbound; else unknown. Known wrong: a
// client bound to a low port towards a high port; a listener opened later on a live outbound port.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "collectors/model/port_set.h"
#include "collectors/model/socket.h"

namespace tcp_lifecycle {

// For one namespace and one pass. A bitmap answers for most sockets; only one whose port is that of
// a listener on a single address costs a lookup.
class RoleJudge {
 public:
  // Bounds the memory on hosts with very many listeners: of those beyond, only the port is kept, so
  // that they match whatever the local address.
  static constexpr size_t kMaxAddresses = 16384;

  // Without a range only listeners tell.
  explicit RoleJudge(const std::optional<PortRange>& range) : range_(range) {}

  void AddListener(const Listener& listener);
  // A bound-inactive socket is no connection: unknown.
  Role Judge(const Socket& socket) const;

 private:
  bool HasListener(const Socket& socket) const;

  std::optional<PortRange> range_;
  // Ports on which any address of the family is accepted.
  PortSet any_ipv4_;
  PortSet any_ipv6_;
  // Ports that some listener has on a single address, and these addresses.
  PortSet ports_;
  absl::flat_hash_set<std::pair<IpAddress, uint16_t>> addresses_;
};

}  // namespace tcp_lifecycle
