// How fast connections to a destination come, and when its ports run out if they go on: from the
// ages of its sockets in TIME_WAIT, which are a history of the last minute's connections that were
// closed here first. Pure.
//
// A forecast looks no further ahead than the past bears: for as long as the load has gone on, and
// for twice as long once that is 10 s. So neither a batch that ends at half of the ports nor a
// burst that is over is taken for a load that will exhaust them. The rate is one that is very
// likely reached (two standard deviations of a Poisson process below the count), and limited by
// those of the last second and of the first and the last fifth of the time it was taken over. Where
// nothing has come for more than a second longer than the load ever paused, there is none.
#pragma once

#include <cstdint>
#include <optional>

#include "collectors/analysis/destinations.h"
#include "collectors/analysis/headroom.h"

namespace tcp_lifecycle {

// New TIME_WAIT sockets a second towards the destination, over the last 5 seconds: the rate of
// connections that were closed here first; a lower bound where ports are reused sooner.
double ConnectionsPerSecond(const DestinationUse& use);

// Longer than batches and bursts mostly are.
inline constexpr double kLastingSeconds = 10;

// The same rate where it has lasted for kLastingSeconds or longer, and 0 where none has.
double LastingRate(const DestinationUse& use);

// How long a new TIME_WAIT holds its port, in the mean: 60 s, or `delay_seconds` where it is
// reused.
double HoldSeconds(const DestinationUse& use, double delay_seconds);

// The least whole number of seconds, up to 60, after which every open port is taken; nullopt where
// nothing says that it will be.
std::optional<uint32_t> SecondsToExhaustion(const DestinationUse& use, const PortCapacity& capacity,
                                            double delay_seconds);

}  // namespace tcp_lifecycle
