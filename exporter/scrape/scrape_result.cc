#include "exporter/scrape/scrape_result.h"

#include "absl/strings/str_cat.h"

namespace tcp_lifecycle {

std::string ScrapeResult::Text(absl::FunctionRef<bool(absl::string_view)> wanted) const {
  std::string text;
  for (const CollectorResult& collector : collectors) {
    if (wanted(collector.name)) absl::StrAppend(&text, collector.text);
  }
  absl::StrAppend(&text, self_text);
  return text;
}

}  // namespace tcp_lifecycle
