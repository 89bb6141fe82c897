// How full a destination is and how many connections it can still take, as bounds that hold the
// truth whatever the source cannot tell. Pure formulas over what the stream left.
#pragma once

#include <cstdint>

#include "collectors/analysis/destinations.h"

namespace tcp_lifecycle {

template <typename Quantity>
struct Bounds {
  Quantity min{};
  Quantity max{};
};

// What one namespace has, the same for each of its destinations.
struct PortCapacity {
  uint32_t usable = 0;
  uint32_t blocked = 0;  // of usable: lost to every autobinding connect()
  // Usable ports that no socket holds; at least so many where the source does not see every socket
  // that can.
  uint32_t untouched = 0;
  bool may_miss_one = false;  // connect() in a range of an odd number of ports, more than one
  bool is_exact = false;      // nothing is unknown of what holds a port and until when
  // Until the first port is open again of those that only bound sockets in TIME_WAIT hold.
  uint32_t first_bound_free_ms = DestinationUse::kNever;

  uint32_t open() const { return usable - blocked; }
};

// Connections possible now. The most: each open port that no socket to this destination holds, and
// each held by a TIME_WAIT, or an orphaned FIN_WAIT2, that may be taken over. The least: where all
// is known, as many, but for those FIN_WAIT2; else the ports that no socket at all holds. Less one
// that connect() may miss. `less`: sockets of another scope, which hold fewer ports and hold them
// from these as well; which ports both hold is not known, so that the most is with all of the
// fewer, and the least with none.
Bounds<uint32_t> HeadroomOf(const DestinationUse& use, const PortCapacity& capacity,
                            const DestinationUse* less = nullptr);

// The share of the open ports that is taken: 1 less headroom by open ports, from 0 to 1; 1 where no
// port is open.
Bounds<double> UtilizationOf(const Bounds<uint32_t>& headroom, const PortCapacity& capacity);

}  // namespace tcp_lifecycle
