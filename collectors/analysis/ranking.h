// The destinations of a namespace judged and put in order: the fullest, for the page, the doctor
// and the families, and the extreme over all of them. The ports collector calls it when the stream
// has ended; pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "collectors/analysis/destinations.h"
#include "collectors/analysis/headroom.h"

namespace tcp_lifecycle {

struct DestinationReport {
  IpAddress source;
  IpAddress address;
  uint16_t port = 0;
  uint32_t scope = 0;  // Socket::scope
  // Usable ports towards it. Lower bounds, by Ranking::error_ports at most, once the table evicts.
  uint32_t used = 0;
  uint32_t on_blocked = 0;  // of used: on ports that are lost to every destination
  uint32_t time_wait = 0;
  std::optional<uint32_t> reusable;  // of time_wait; nullopt where the settings are not known
  uint32_t never_reused = 0;         // of time_wait: whatever the settings, as far as is known
  Bounds<uint32_t> headroom;
  Bounds<double> utilization;
  double occupancy = 0;  // used by open ports, reusable ones included
  double connections_per_second = 0;
  // Where connections have come for 10 s or longer at a rate that needs more ports than are open:
  // how many, at how many seconds each.
  double ports_needed = 0;
  double hold_seconds = 0;
  uint32_t ports_open = 0;  // and those that its own bound sockets in TIME_WAIT hold
  std::optional<uint32_t> seconds_to_exhaustion;
  // Where no port is left: until the first TIME_WAIT lets go of one, and whether it is taken over
  // then (else it ends).
  std::optional<double> seconds_to_free_port;
  bool freed_by_reuse = false;
  // Sockets on any port, unbound ones included.
  uint32_t syn_sent = 0;
  uint32_t syn_sent_retransmitting = 0;
  uint32_t close_wait = 0;
  bool admitted = false;  // full or troubled enough for the metrics

  bool troubled() const;  // by SYN_SENT or CLOSE_WAIT
};

// When a destination is worth its series.
struct Admission {
  size_t top = 20;               // at most so many, of all namespaces
  double min_utilization = 0.1;  // least occupancy of one that is not troubled
};

// Whether `a` comes before `b`: admitted ones first, then the fuller, ties in address order.
bool IsFuller(const DestinationReport& a, const DestinationReport& b);

// Ways to be the worst that fullness does not tell: by sockets that ask in vain, that our program
// does not close, or that wait in TIME_WAIT (with and without loopback), and by rate.
inline constexpr size_t kOtherWays = 5;

struct Ranking {
  Bounds<double> utilization;  // of the worst destination, each bound for itself
  // In the order of IsFuller, then those that are the worst of all in another way.
  std::vector<DestinationReport> destinations;
};

// The `count` fullest destinations of the namespace, and at most kOtherWays more. Where several
// differ in scope alone only the first is there, because nothing on the page tells them apart. One
// of device-bound sockets has what unbound ones take from it, and comes before theirs.
Ranking Rank(const Destinations& destinations, uint32_t namespace_index,
             const PortCapacity& capacity, const ReuseRule& rule, const Admission& admission,
             size_t count);

}  // namespace tcp_lifecycle
