#include "collectors/ports.h"

#include "collectors/snapshot.h"

namespace tcp_lifecycle {

absl::Status PortsCollector::Describe(const Snapshot&, FamilySet&) const {
  return absl::OkStatus();
}

}  // namespace tcp_lifecycle
