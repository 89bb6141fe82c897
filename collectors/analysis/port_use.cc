#include "collectors/analysis/port_use.h"

namespace tcp_lifecycle {

PortSet UsablePorts(const EphemeralPorts& ports) {
  const PortSet every = ~PortSet();
  const PortSet in_range = (every >> (every.size() - ports.range.size())) << ports.range.min;
  return in_range & ~ports.reserved;
}

}  // namespace tcp_lifecycle
