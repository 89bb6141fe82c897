// Which end opened a connection, judged from the listeners of its namespace and the ephemeral
// range. The pass asks for every record whose source could not tell; pure.
//
// The rule: a listener on the local port whose address matches -> inbound; else local port in the
// range and remote port not -> outbound; the reverse -> inbound; else unknown. Known wrong: a
// client bound to a low port towards a high port; a listener opened later on a live outbound port.
#pragma once

#include <optional>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "collectors/model/port_set.h"
#include "collectors/model/socket.h"

namespace tcp_lifecycle {

// For one namespace and one pass.
class RoleJudge {
 public:
  // Without a range only listeners tell.
  explicit RoleJudge(const std::optional<PortRange>& range) : range_(range) {}

  void AddListener(const Listener& listener);
  Role Judge(const Socket& socket) const;

 private:
  std::optional<PortRange> range_;
};

}  // namespace tcp_lifecycle
