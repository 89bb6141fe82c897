// How full a destination is and how many connections it can still take, as bounds that hold the
// truth whatever the source cannot tell. Pure formulas over what the stream left.
#pragma once

#include <cstdint>
#include <optional>

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

// New TIME_WAIT sockets a second towards the destination, over the last 5 seconds: the rate of
// connections that were closed here first; a lower bound where ports are reused sooner.
double ConnectionsPerSecond(const DestinationUse& use);

// The least whole number of seconds, up to 60, after which every open port is taken if connections
// come and go at ConnectionsPerSecond; nullopt when that is never. `hold_seconds`: how long a new
// TIME_WAIT keeps its port, 60, or the reuse delay where reuse applies.
std::optional<uint32_t> SecondsToExhaustion(const DestinationUse& use, const PortCapacity& capacity,
                                            double hold_seconds);

}  // namespace tcp_lifecycle
