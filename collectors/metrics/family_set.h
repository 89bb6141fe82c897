// Builds the metric families of a page. Collectors describe each family once, as a
// FamilyDescriptor; the page, its HELP lines and collectors/METRICS.md all come from that one
// description.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "prometheus/metric_family.h"

namespace tcp_lifecycle {

struct FamilyDescriptor {
  absl::string_view name;  // whole, prefix and suffix included
  prometheus::MetricType type;
  std::span<const absl::string_view> labels;  // in the order of the values, `netns` included
  absl::string_view help;                     // one ASCII line, no backslash
  absl::string_view source;                   // where the kernel tells it
  absl::string_view since;                    // the first Linux that does, empty for all supported
};

// A call that does not fit its descriptor (another type, a label value too few) is a bug of ours:
// debug builds abort, the others leave the series out, because half a series would mislead.
class FamilySet {
 public:
  // One series. `values` are the label values, one for each label of the descriptor.
  void Add(const FamilyDescriptor& family, std::initializer_list<absl::string_view> values,
           double value);
  // One histogram. `counts` are per bucket, not cumulative, one more than `bounds`: the last is
  // what lies above the highest bound.
  void AddHistogram(const FamilyDescriptor& family, std::initializer_list<absl::string_view> values,
                    std::span<const double> bounds, std::span<const uint64_t> counts, double sum);

  // In the order in which the families were first added.
  const std::vector<prometheus::MetricFamily>& families() const { return families_; }

 private:
  prometheus::ClientMetric& NewSeries(const FamilyDescriptor& family,
                                      std::initializer_list<absl::string_view> values);
  std::vector<prometheus::MetricFamily> families_;
};

}  // namespace tcp_lifecycle
