#include "collectors/sockets.h"

#include "collectors/snapshot.h"

namespace tcp_lifecycle {

absl::Status SocketsCollector::Describe(const Snapshot&, FamilySet&) const {
  return absl::OkStatus();
}

}  // namespace tcp_lifecycle
