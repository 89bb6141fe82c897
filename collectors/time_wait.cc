#include "collectors/time_wait.h"

#include "collectors/snapshot.h"

namespace tcp_lifecycle {

absl::Status TimeWaitCollector::Describe(const Snapshot&, FamilySet&) const {
  return absl::OkStatus();
}

}  // namespace tcp_lifecycle
