#include "collectors/counters.h"

namespace tcp_lifecycle {

absl::Status AddCounters(std::span<const CounterSeries> table, const NamespaceFacts& facts,
                         FamilySet& out) {
  const absl::string_view netns = facts.netns.name;
  absl::Status status;
  for (const CounterSeries& series : table) {
    const std::optional<uint64_t>& count = facts.counters[series.counter];
    if (!count) {
      status = facts.counters.status;
      continue;
    }
    if (series.value.empty()) {
      out.Add(*series.family, {netns}, static_cast<double>(*count));
    } else {
      out.Add(*series.family, {netns, series.value}, static_cast<double>(*count));
    }
  }
  return status;
}

}  // namespace tcp_lifecycle
