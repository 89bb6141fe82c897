#include "collectors/analysis/port_use.h"

namespace tcp_lifecycle {

PortSet UsablePorts(const EphemeralPorts& ports) {
  const PortSet every = ~PortSet();
  const PortSet in_range = (every >> (every.size() - ports.range.size())) << ports.range.min;
  return in_range & ~ports.reserved;
}

uint32_t CountUsable(const EphemeralPorts& ports) {
  if (ports.reserved.none()) return ports.range.size();
  return static_cast<uint32_t>(UsablePorts(ports).count());
}

}  // namespace tcp_lifecycle
