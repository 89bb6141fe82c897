#include "collectors/netstat.h"

#include "collectors/snapshot.h"

namespace tcp_lifecycle {

std::span<const FamilyDescriptor> NetstatCollector::Families() const { return {}; }

absl::Status NetstatCollector::Describe(const Snapshot&, FamilySet&) const {
  return absl::OkStatus();
}

}  // namespace tcp_lifecycle
