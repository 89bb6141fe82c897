// The landing page: what one scrape found, for a person. Rendered whole, so that it works without
// scripts; assets/page.js fetches it again while it is open and puts the new <main> in.
#pragma once

#include <string>

#include "absl/time/time.h"
#include "exporter/scrape/scrape_result.h"

namespace tcp_lifecycle {

struct PageOptions {
  std::string hostname;
  std::string version;
  std::string telemetry_path;
};

// A whole HTML document about the first namespace of the result. Its links are relative, so that it
// may stand behind a reverse proxy below a path.
std::string RenderPage(const ScrapeResult& result, const PageOptions& options, absl::Time now);

}  // namespace tcp_lifecycle
