#include "collectors/sysctl.h"

#include "collectors/snapshot.h"

namespace tcp_lifecycle {

std::span<const FamilyDescriptor> SysctlCollector::Families() const { return {}; }

absl::Status SysctlCollector::Describe(const Snapshot&, FamilySet&) const {
  return absl::OkStatus();
}

}  // namespace tcp_lifecycle
