#include "collectors/listen.h"

#include "collectors/snapshot.h"

namespace tcp_lifecycle {

absl::Status ListenCollector::Describe(const Snapshot&, FamilySet&) const {
  return absl::OkStatus();
}

}  // namespace tcp_lifecycle
