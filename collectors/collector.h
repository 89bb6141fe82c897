// What a collector is: it says what it needs, watches one pass of the socket stream through an
// Accumulator, leaves a typed report in the Snapshot, and turns reports and facts into families.
// collectors/list.h has them all; CONTRIBUTING.md shows how to add one.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "collectors/metrics/family_set.h"
#include "collectors/model/port_set.h"
#include "collectors/model/socket.h"
#include "collectors/model/tcp_state.h"

namespace tcp_lifecycle {

struct Snapshot;

// Lives for one scrape and is used by one thread. Socket::namespace_index identifies its namespace;
// SocketVisitor defines what each call means.
class Accumulator {
 public:
  virtual ~Accumulator() = default;
  virtual void ObserveListeners(std::span<const Listener>) {}
  virtual void Observe(std::span<const Socket>) {}
  virtual void ObserveBlockedPorts(uint32_t /*namespace_index*/, const PortSet&) {}
  virtual void ObserveOwnRange(const Socket&, const PortRange&) {}
  // Called once, after the stream: fills this collector's report in each namespace, with
  // NamespaceSnapshot::stream as the error where the stream failed.
  virtual void Finish(Snapshot& snapshot) = 0;
};

// Immutable; lives for the process.
class Collector {
 public:
  virtual ~Collector() = default;
  // As in --collector.NAME and in the label `collector`.
  virtual absl::string_view Name() const = 0;
  // Every family it can emit.
  virtual std::span<const FamilyDescriptor> Families() const = 0;
  // The states it must see; empty: it needs no stream, and Begin is not called.
  virtual TcpStateSet States() const { return {}; }
  // Called before the stream, when the facts of all namespaces are in `snapshot`, which outlives
  // the accumulator.
  virtual std::unique_ptr<Accumulator> Begin(const Snapshot& /*snapshot*/) const { return nullptr; }
  // Called after every accumulator's Finish: leaves the report that follows from others.
  virtual void Conclude(Snapshot& /*snapshot*/) const {}
  // Adds the families that can be known to `out`; the first error tells why others are left out.
  virtual absl::Status Describe(const Snapshot& snapshot, FamilySet& out) const = 0;
};

}  // namespace tcp_lifecycle
