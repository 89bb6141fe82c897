#include "collectors/kernel/namespaces/occupancy.h"

#include <cstdint>
#include <optional>

#include "collectors/kernel/procfs/sockstat.h"

namespace tcp_lifecycle {
TcpStateSet StatesPossible(absl::string_view sockstat, absl::string_view sockstat6) {
  const std::optional<uint64_t> of_any_kind = SockstatField(sockstat, "sockets:", "used");
  if (ParseTcpInUse(sockstat, sockstat6) != 0 || SockstatField(sockstat, "TCP:", "tw") != 0) {
    return TcpStateSet::All();
  }
  if (of_any_kind != 0) return {TcpState::kBoundInactive};
  return {};
}

}  // namespace tcp_lifecycle
