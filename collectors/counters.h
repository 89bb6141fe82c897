// How a collector turns the kernel's own counters into series: a table that names them, and one
// call. Every counter of model/tcp_counters.h is in the table of exactly one collector.
#pragma once

#include <span>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "collectors/metrics/family_set.h"
#include "collectors/model/facts.h"

namespace tcp_lifecycle {

struct CounterSeries {
  TcpCounter counter;
  const FamilyDescriptor* family;
  absl::string_view value = {};  // of the one label beside netns; empty for none
};

// Leaves out what this kernel does not count. The error is that of reading the counters, when one
// of the table is missing.
absl::Status AddCounters(std::span<const CounterSeries> table, const NamespaceFacts& facts,
                         FamilySet& out);

}  // namespace tcp_lifecycle
