// Which end opened a connection, judged from its state, the listeners of its namespace and the
// ephemeral range. The pass asks for every record whose source could not tell; pure.
//
// The rule: SYN_SENT -> outbound and SYN_RECV -> inbound; a listener on the local port whose
// address matches -> inbound; else local port in the range and remote port not -> outbound; the
// reverse -> inbound; else unknown. A matching listener that has closed not long ago makes what is
// unknown inbound, and what is outbound unknown: a client may have its port by now. Known wrong: a
// client bound to a low port towards a high port; a listener opened later on a live outbound port;
// a simultaneous open.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "collectors/model/port_set.h"
#include "collectors/model/socket.h"

namespace tcp_lifecycle {

// Where a namespace listens. A bitmap answers for most sockets; only one whose port is that of a
// listener on a single address costs a lookup.
class ListenerSet {
 public:
  // Bounds the memory on hosts with very many listeners: of those beyond, only the port is kept, so
  // that they match whatever the local address.
  static constexpr size_t kMaxAddresses = 16384;

  void Add(const ListenPoint& point);
  // Whether one of them takes connections to the socket's local end.
  bool Takes(const Socket& socket) const;

 private:
  // Ports on which any address of the family is accepted.
  PortSet any_ipv4_;
  PortSet any_ipv6_;
  // Ports that some listener has on a single address, and these addresses.
  PortSet ports_;
  absl::flat_hash_set<std::pair<IpAddress, uint16_t>> addresses_;
};

// For one namespace and one pass.
class RoleJudge {
 public:
  // Without a range only states and listeners tell.
  explicit RoleJudge(const std::optional<PortRange>& range) : range_(range) {}

  void AddListener(const Listener& listener) { open_.Add(PointOf(listener)); }
  // One that an earlier pass saw. It may be open still.
  void AddEarlierListener(const ListenPoint& point);
  // Sets the socket's role, and kByClosedListener where nothing else makes it inbound. A
  // bound-inactive socket is no connection: unknown.
  void Judge(Socket& socket) const;

 private:
  std::optional<PortRange> range_;
  ListenerSet open_;
  std::optional<ListenerSet> earlier_;
};

}  // namespace tcp_lifecycle
