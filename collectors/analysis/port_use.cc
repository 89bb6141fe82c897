#include "collectors/analysis/port_use.h"

namespace tcp_lifecycle {

PortSet UsablePorts(const EphemeralPorts& ports) {
  PortSet usable;
  for (uint32_t port = ports.range.min; port <= ports.range.max; ++port) {
    usable[port] = IsUsable(ports, static_cast<uint16_t>(port));
  }
  return usable;
}

}  // namespace tcp_lifecycle
