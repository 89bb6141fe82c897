// What is said of a metric family, once: the page, its HELP lines, collectors/METRICS.md, and what
// is read of other namespaces all come from these descriptors.
//
//   constexpr FamilyDescriptor kSockets =
//       Gauge("time_wait_sockets", {"role"}, "Sockets in TIME_WAIT, by ...", "inet_diag ...")
//           .Of(Scope::kEveryNamespace);
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>

#include "absl/strings/string_view.h"
#include "collectors/model/fact_set.h"
#include "prometheus/metric_family.h"

namespace tcp_lifecycle {

inline constexpr absl::string_view kMetricPrefix = "tcp_lifecycle_";
inline constexpr absl::string_view kNetnsLabel = "netns";

// What the series of a family are about. The first three begin with the label `netns`.
enum class Scope : uint8_t {
  kOwnNamespace,    // the exporter's own
  kEveryNamespace,  // each that is watched
  kHost,            // the host, or all watched namespaces together: once, with the exporter's own
  kExporter,        // the exporter itself
};

// The names of a family's labels, `netns` left out, in the order of the values.
class LabelNames {
 public:
  constexpr LabelNames() = default;
  constexpr LabelNames(std::initializer_list<absl::string_view> names) : size_(names.size()) {
    std::copy(names.begin(), names.end(), names_.begin());
  }
  constexpr const absl::string_view* begin() const { return names_.data(); }
  constexpr const absl::string_view* end() const { return begin() + size_; }
  constexpr size_t size() const { return size_; }

 private:
  std::array<absl::string_view, 4> names_;
  size_t size_ = 0;
};

// Where the kernel tells a value.
struct MetricSource {
  constexpr MetricSource() = default;
  // The socket stream, or the exporter: no facts. Implicit, so that a descriptor can hold the text.
  constexpr MetricSource(const char* where) : text(where) {}  // NOLINT(google-explicit-constructor)
  constexpr MetricSource(absl::string_view where, FactSet made_of) : text(where), facts(made_of) {}

  absl::string_view text;
  FactSet facts;
};

struct FamilyDescriptor {
  prometheus::MetricType type;
  absl::string_view name;  // without the prefix
  LabelNames labels;
  absl::string_view help;  // one ASCII line, no backslash
  MetricSource source;
  absl::string_view since = "";  // the first Linux that tells it, empty for all supported
  Scope scope = Scope::kOwnNamespace;
  absl::string_view prefix = kMetricPrefix;

  constexpr FamilyDescriptor Of(Scope what) const {
    FamilyDescriptor family = *this;
    family.scope = what;
    return family;
  }
  constexpr FamilyDescriptor Since(absl::string_view version) const {
    FamilyDescriptor family = *this;
    family.since = version;
    return family;
  }
  // One of the standard names, which have no prefix of ours.
  constexpr FamilyDescriptor Unprefixed() const {
    FamilyDescriptor family = *this;
    family.prefix = "";
    return family;
  }

  constexpr bool has_netns() const { return scope != Scope::kExporter; }
  constexpr size_t label_count() const { return labels.size() + (has_netns() ? 1 : 0); }
  std::string FullName() const { return std::string(prefix) + std::string(name); }
};

constexpr FamilyDescriptor Gauge(absl::string_view name, LabelNames labels, absl::string_view help,
                                 MetricSource source) {
  return {prometheus::MetricType::Gauge, name, labels, help, source};
}
constexpr FamilyDescriptor Counter(absl::string_view name, LabelNames labels,
                                   absl::string_view help, MetricSource source) {
  return {prometheus::MetricType::Counter, name, labels, help, source};
}
constexpr FamilyDescriptor Histogram(absl::string_view name, LabelNames labels,
                                     absl::string_view help, MetricSource source) {
  return {prometheus::MetricType::Histogram, name, labels, help, source};
}

}  // namespace tcp_lifecycle
