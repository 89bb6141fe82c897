// What the ports collector finds in a namespace.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "collectors/analysis/bind_pool.h"
#include "collectors/analysis/own_ranges.h"
#include "collectors/analysis/port_use.h"
#include "collectors/analysis/ranking.h"

namespace tcp_lifecycle {

struct PortsReport {
  // At least so many destinations are in the report, whatever the settings.
  static constexpr size_t kMinDestinations = 10;
  static constexpr size_t kMaxBindSources = 10;
  static constexpr size_t kMaxOwnRanges = 10;
  // The least usable ports for each socket that may hold one unseen, for bind_sources to be useful.
  static constexpr uint32_t kPortsPerUnseen = 100;

  // By PortBlock, among the usable ports. A port counts once, for the first in this order that
  // holds it. kBound is nullopt where the source cannot see bound-inactive sockets.
  std::array<std::optional<uint32_t>, kPortBlockCount> blocked{};
  bool knows_bound = false;  // kBound has connected sockets that were bound as well
  uint32_t used = 0;         // distinct usable ports that any socket holds, listeners included
  PortCapacity capacity;
  Bounds<double> utilization;  // of the worst of all destinations, each bound for itself
  // The fullest, admitted ones first, then those that are the worst in another way (kOtherWays);
  // those of other namespaces may be fuller.
  std::vector<DestinationReport> destinations;
  // Distinct destinations of all namespaces, and the table that counts them.
  uint64_t distinct_destinations = 0;
  uint64_t table_limit = 0;
  uint64_t table_evictions = 0;
  uint64_t table_error_ports = 0;
  // Free ports for bind((address, 0)). Where the source cannot see bound-inactive sockets at least
  // so many, and nullopt where there may be too many of these to tell.
  std::optional<std::vector<BindSource>> bind_sources;
  uint32_t bind_free_any = 0;  // for the wildcard address; known where bind_sources is
  // The fullest ranges that sockets have of their own. nullopt where the source does not read them.
  std::optional<std::vector<OwnRangeReport>> own_ranges;
};

}  // namespace tcp_lifecycle
