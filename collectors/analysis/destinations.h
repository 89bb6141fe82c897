// Who uses the ephemeral ports: the sockets of each (source, destination, destination port), for
// which every usable port can be used once. Bounded memory, whatever the number of destinations
// (see frequent_table.h). The ports collector drives it with the stream; pure.
//
// A row belongs to a destination unless it is inbound. One of unknown role does only on a usable
// port: the clients of a server that has closed would fill the table. Rows on other ports (clients
// that bound one, reserved ports) are no ephemeral use, but their SYN_SENT and CLOSE_WAIT count.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "collectors/analysis/frequent_table.h"
#include "collectors/analysis/port_use.h"
#include "collectors/analysis/repeats.h"
#include "collectors/analysis/reuse.h"
#include "collectors/model/socket.h"

namespace tcp_lifecycle {

struct DestinationKey {
  IpAddress source;
  IpAddress address;
  uint16_t port = 0;
  uint32_t namespace_index = 0;
  // Sockets that are bound to other devices do not share the ports. An unbound socket can share a
  // port with a device-bound one, but not the reverse: SharedWith().
  uint32_t scope = 0;

  bool operator==(const DestinationKey&) const = default;
  template <typename H>
  friend H AbslHashValue(H h, const DestinationKey& key) {
    return H::combine(std::move(h), key.source, key.address, key.port, key.namespace_index,
                      key.scope);
  }
};

// Sockets by age in whole seconds. Takes memory only where there are any, so that a full table of
// destinations without TIME_WAIT takes half as much.
class CountByAge {
 public:
  static constexpr size_t kSeconds = kTimeWaitMs / 1000;

  uint16_t& operator[](size_t second) {
    if (counts_.empty()) counts_.resize(kSeconds);
    return counts_[second];
  }
  uint16_t operator[](size_t second) const { return counts_.empty() ? 0 : counts_[second]; }

 private:
  std::vector<uint16_t> counts_;
};

struct DestinationUse {
  // Usable ports held, which are as many as rows (repeats.h has the exception): no two share one.
  uint32_t used = 0;
  // Those of `used` on ports that are lost to every destination anyway.
  uint32_t on_blocked = 0;
  uint32_t time_wait = 0;
  uint32_t reusable = 0;          // of time_wait: a connect() can take the port now (see reuse.h)
  uint32_t never_reused = 0;      // of time_wait: whatever the settings
  uint32_t bound_time_wait = 0;   // of time_wait: on ports that are kBound
  uint32_t perhaps_reusable = 0;  // orphaned FIN_WAIT2, where connect() may take over its port
  // Whatever the port.
  uint32_t syn_sent = 0;
  uint32_t syn_sent_retransmitting = 0;
  uint32_t close_wait = 0;
  // How many of time_wait are between i and i + 1 seconds old: those whose port comes free only
  // when they end, and those whose port is taken over from the reuse delay on. Neither on a port
  // that is kBlocked.
  CountByAge kept_by_age{};
  CountByAge taken_over_by_age{};
  // When the first of time_wait that holds its port comes free; kNever where none does.
  uint32_t first_free_ms = kNever;
  bool first_is_reused = false;  // it is taken over then, and does not end

  static constexpr uint32_t kNever = UINT32_MAX;

  // Ports, open otherwise, that a connect() cannot have now.
  uint32_t held() const { return used - on_blocked - reusable; }
};

class Destinations {
 public:
  // Bounds the memory: about 200 bytes each, and 136 for each kind of TIME_WAIT.
  static constexpr size_t kLimit = 16384;
  using Table = FrequentTable<DestinationKey, DestinationUse>;

  // `knows_scope`: SocketSource::KnowsScope().
  explicit Destinations(size_t limit = kLimit, bool knows_scope = true) : table_(limit) {
    if (!knows_scope) repeats_.emplace();
  }

  void Add(const Socket& socket, PortKind port, const ReuseRule& rule);

  const Table& table() const { return table_; }
  // What sockets that are bound to no device use, where `key` is of sockets that are: their
  // connect() takes no port that one of these holds, while the others' connect() takes theirs
  // (inet_bound_dev_eq()). nullptr: nothing.
  const DestinationUse* SharedWith(const DestinationKey& key) const;

 private:
  Table table_;
  std::optional<Repeats> repeats_;
};

}  // namespace tcp_lifecycle
