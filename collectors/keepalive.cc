#include "collectors/keepalive.h"

#include "collectors/snapshot.h"

namespace tcp_lifecycle {

absl::Status KeepaliveCollector::Describe(const Snapshot&, FamilySet&) const {
  return absl::OkStatus();
}

}  // namespace tcp_lifecycle
