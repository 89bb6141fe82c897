// Builds the metric families of a page.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <span>
#include <vector>

#include "absl/strings/string_view.h"
#include "collectors/metrics/family.h"
#include "prometheus/metric_family.h"

namespace tcp_lifecycle {

// A call that does not fit its descriptor (another type, a label value too few) is a bug of ours:
// debug builds abort, the others leave the series out, because half a series would mislead.
class FamilySet {
 public:
  // One series. `values` are the label values, that of `netns` first where the family has it.
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
