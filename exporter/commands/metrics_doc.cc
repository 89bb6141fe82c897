#include "exporter/commands/metrics_doc.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"

namespace tcp_lifecycle {
namespace {

constexpr absl::string_view kHead = R"(# Metrics

Written by `tcp_lifecycle_exporter --print-metrics-md`. Every family, by the collector that tells
it. A family that cannot be known on a host (an older kernel, a source that cannot tell) is absent:
nothing unknown is shown as 0. *Scope* is what its series are about: the exporter's own network
namespace, every watched one, the host or all watched ones together, or the exporter itself.
*Source* is where the kernel tells it, *since* the first Linux that does, where not all do.
)";

absl::string_view TypeName(prometheus::MetricType type) {
  switch (type) {
    case prometheus::MetricType::Counter:
      return "counter";
    case prometheus::MetricType::Histogram:
      return "histogram";
    default:
      return "gauge";
  }
}

absl::string_view ScopeName(Scope scope) {
  switch (scope) {
    case Scope::kOwnNamespace:
      return "own";
    case Scope::kEveryNamespace:
      return "every";
    case Scope::kHost:
      return "host";
    case Scope::kExporter:
      return "exporter";
  }
  return "";
}

// `text` and the bar that ends its cell.
std::string Cell(absl::string_view text) {
  return text.empty() ? " |" : absl::StrCat(" ", absl::StrReplaceAll(text, {{"|", "\\|"}}), " |");
}

void AppendTable(std::string& page, absl::string_view title,
                 std::span<const FamilyDescriptor> families) {
  absl::StrAppend(&page, "\n## ", title,
                  "\n\n| family | type | labels | scope | meaning | source | since |\n",
                  "|---|---|---|---|---|---|---|\n");
  for (const FamilyDescriptor& family : families) {
    std::vector<absl::string_view> labels;
    if (family.has_netns()) labels.push_back(kNetnsLabel);
    labels.insert(labels.end(), family.labels.begin(), family.labels.end());
    absl::StrAppend(&page, "| `", family.FullName(), "` |", Cell(TypeName(family.type)),
                    Cell(absl::StrJoin(labels, ", ")), Cell(ScopeName(family.scope)),
                    Cell(family.help), Cell(family.source.text), Cell(family.since), "\n");
  }
}

}  // namespace

std::string MetricsMarkdown(const std::vector<std::unique_ptr<const Collector>>& collectors,
                            std::span<const FamilyDescriptor> self) {
  std::string page(kHead);
  for (const auto& collector : collectors) {
    AppendTable(page, absl::StrCat("Collector ", collector->Name()), collector->Families());
  }
  AppendTable(page, "The exporter itself", self);
  return page;
}

}  // namespace tcp_lifecycle
