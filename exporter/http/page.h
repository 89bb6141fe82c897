// The landing page: what one scrape found, for a person. Rendered here, whole and escaped, so that
// it works without scripts; assets/page.js fetches it again while it is open.
#pragma once

#include <string>

#include "exporter/scrape/scrape_result.h"

namespace tcp_lifecycle {

struct PageOptions {
  std::string hostname;
  std::string version;
  std::string telemetry_path = "/metrics";
};

// A whole HTML document.
std::string RenderPage(const ScrapeResult& result, const PageOptions& options);

}  // namespace tcp_lifecycle
