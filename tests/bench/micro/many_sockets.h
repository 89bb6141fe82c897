// What the micro-benchmarks work on: facts with everything known, and sockets of a busy host.
#pragma once

#include <cstddef>
#include <vector>

#include "collectors/analysis/role.h"
#include "collectors/model/socket.h"
#include "collectors/reports/snapshot.h"

namespace tcp_lifecycle {

inline constexpr size_t kSockets = 4096;
inline constexpr size_t kBatch = 256;  // as the sources hand them out

Snapshot MakeBusySnapshot();
std::vector<Listener> MakeListeners();
// Half in TIME_WAIT, half ESTABLISHED; a third outbound, a third inbound to a wildcard listener, a
// third to one with an address. Their roles are not judged yet.
std::vector<Socket> MakeSockets();
RoleJudge MakeJudge();

}  // namespace tcp_lifecycle
