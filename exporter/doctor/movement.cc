#include "exporter/doctor/movement.h"

#include <optional>

namespace tcp_lifecycle {

std::vector<Movement> MovementsBetween(const TcpCounters& first, const TcpCounters& second,
                                       double seconds) {
  std::vector<Movement> movements;
  for (const TcpCounterRow& counter : kTcpCounterTable) {
    const std::optional<uint64_t>& before = first[counter.id];
    const std::optional<uint64_t>& after = second[counter.id];
    if (!before || !after || *after <= *before) continue;
    movements.push_back({&counter, static_cast<double>(*after - *before) / seconds});
  }
  return movements;
}

}  // namespace tcp_lifecycle
