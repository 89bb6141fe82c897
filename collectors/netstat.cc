#include "collectors/netstat.h"

#include "collectors/snapshot.h"

namespace tcp_lifecycle {

absl::Status NetstatCollector::Describe(const Snapshot&, FamilySet&) const {
  return absl::OkStatus();
}

}  // namespace tcp_lifecycle
