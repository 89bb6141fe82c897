// The small facts of a namespace, read before the socket stream so that each socket can be judged
// as it passes. Each fact fails on its own: one unreadable file costs what depends on it and
// nothing else.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "collectors/base/deadline.h"
#include "collectors/model/connect_events.h"
#include "collectors/model/fact_set.h"
#include "collectors/model/netns.h"
#include "collectors/model/port_set.h"
#include "collectors/model/socket.h"
#include "collectors/model/sysctl_table.h"
#include "collectors/model/tcp_counters.h"

namespace tcp_lifecycle {

// /proc/net/sockstat, line TCP. nullopt where the kernel does not write the field.
struct Sockstat {
  std::optional<uint64_t> orphan;     // host-wide
  std::optional<uint64_t> time_wait;  // of the namespace, orphaned FIN_WAIT2 minisockets included
  std::optional<uint64_t> allocated;  // host-wide
  std::optional<uint64_t> memory_bytes;  // host-wide
};

// net.ipv4.tcp_mem in bytes.
struct SocketMemoryLimit {
  uint64_t low_bytes = 0;
  uint64_t pressure_bytes = 0;
  uint64_t high_bytes = 0;
};

struct EphemeralPorts {
  PortRange range;   // ip_local_port_range
  PortSet reserved;  // ip_local_reserved_ports, also those outside the range
};

// A fact that no family is made of is not read: NotFound.
struct NamespaceFacts {
  Netns netns;
  // Not the exporter's own: why it could not be entered, where all facts of settings are missing.
  absl::Status entered = {};
  Sysctls sysctls;
  absl::StatusOr<SocketMemoryLimit> socket_memory_limit = absl::NotFoundError("not read");
  absl::StatusOr<EphemeralPorts> ephemeral_ports = absl::NotFoundError("not read");
  absl::StatusOr<Sockstat> sockstat = absl::NotFoundError("not read");
  // TCP sockets of the namespace that listen or are connected, TIME_WAIT left out: sockstat's
  // inuse and sockstat6's. nullopt where they could not be read.
  std::optional<uint64_t> tcp_in_use = std::nullopt;
  // connect() may take over the port of an orphaned FIN_WAIT2 as of a TIME_WAIT: until Linux 6.12,
  // or the stable update that has its change; which one is not known.
  bool may_reuse_fin_wait2 = false;
  TcpCounters counters;
  absl::StatusOr<ConnectEvents> connect_events = absl::NotFoundError("not counted");
  // Where earlier passes saw it listen, not long ago: whether it still does, the stream tells.
  std::vector<ListenPoint> earlier_listeners = {};
};

// The seam to the files the facts come from.
class FactsReader {
 public:
  virtual ~FactsReader() = default;
  // Each member of the result is set or says why not: DeadlineExceeded of what was not read by
  // `deadline`.
  virtual NamespaceFacts Read(const WatchedNetns& ns, const Deadline& deadline) = 0;
  // Sockstat::allocated, as it is now.
  virtual std::optional<uint64_t> AllocatedSockets() { return std::nullopt; }
};

}  // namespace tcp_lifecycle
