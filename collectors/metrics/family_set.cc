#include "collectors/metrics/family_set.h"

#include <algorithm>
#include <cassert>
#include <limits>
#include <string>

#include "absl/strings/strip.h"

namespace tcp_lifecycle {
namespace {

using prometheus::MetricType;

// Without a copy: it is asked for each series.
bool IsNameOf(const FamilyDescriptor& family, absl::string_view full_name) {
  return absl::ConsumePrefix(&full_name, family.prefix) && full_name == family.name;
}

bool IsSimple(MetricType type) { return type == MetricType::Gauge || type == MetricType::Counter; }

}  // namespace

prometheus::ClientMetric& FamilySet::NewSeries(const FamilyDescriptor& family,
                                               std::initializer_list<absl::string_view> values) {
  // Series of one family are added together, so the last family is nearly always the one.
  auto found = std::find_if(families_.rbegin(), families_.rend(),
                            [&](const auto& built) { return IsNameOf(family, built.name); });
  if (found == families_.rend()) {
    families_.push_back({family.FullName(), std::string(family.help), family.type, {}});
    found = families_.rbegin();
  }
  prometheus::ClientMetric& series = found->metric.emplace_back();
  series.label.reserve(values.size());
  auto value = values.begin();
  if (family.has_netns()) {
    series.label.push_back({std::string(kNetnsLabel), std::string(*value++)});
  }
  for (const absl::string_view label : family.labels) {
    series.label.push_back({std::string(label), std::string(*value++)});
  }
  return series;
}

void FamilySet::Add(const FamilyDescriptor& family, std::initializer_list<absl::string_view> values,
                    double value) {
  const bool fits = IsSimple(family.type) && values.size() == family.label_count();
  assert(fits);
  if (!fits) return;
  prometheus::ClientMetric& series = NewSeries(family, values);
  if (family.type == MetricType::Counter) {
    series.counter.value = value;
  } else {
    series.gauge.value = value;
  }
}

void FamilySet::AddHistogram(const FamilyDescriptor& family,
                             std::initializer_list<absl::string_view> values,
                             std::span<const double> bounds, std::span<const uint64_t> counts,
                             double sum) {
  const bool fits = family.type == MetricType::Histogram && values.size() == family.label_count() &&
                    counts.size() == bounds.size() + 1;
  assert(fits);
  if (!fits) return;
  prometheus::ClientMetric::Histogram& histogram = NewSeries(family, values).histogram;
  uint64_t cumulative = 0;
  for (size_t i = 0; i < counts.size(); ++i) {
    cumulative += counts[i];
    const double bound = i < bounds.size() ? bounds[i] : std::numeric_limits<double>::infinity();
    histogram.bucket.push_back({cumulative, bound});
  }
  histogram.sample_count = cumulative;
  histogram.sample_sum = sum;
}

}  // namespace tcp_lifecycle
