// From a record of the BPF walk to a Socket. Pure.
#pragma once

#include <cstdint>

#include "collectors/kernel/bpf/wire.h"
#include "collectors/model/port_set.h"
#include "collectors/model/socket.h"

namespace tcp_lifecycle {

// Ticks of the kernel's clock a second (CONFIG_HZ), from how many it has counted and since when. A
// guess only in the moment, 300 s after boot, at which every clock stands the same.
uint32_t TicksPerSecond(const WireControl& control);

// False where the state has no name; `socket` is undefined then.
bool DecodeRecord(const WireRecord& record, const WireBuffer& buffer, uint32_t ticks_per_second,
                  uint32_t namespace_index, Socket& socket);

// The range in a record with kWireOwnRange. A bound of 0: the socket left it to the namespace.
PortRange OwnRangeOf(const WireRecord& record);

}  // namespace tcp_lifecycle
