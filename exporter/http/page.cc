#include "exporter/http/page.h"

namespace tcp_lifecycle {

std::string RenderPage(const ScrapeResult& result, const PageOptions& options) {
  return "<!doctype html><title>tcp_lifecycle_exporter</title>" + options.version + result.source;
}

}  // namespace tcp_lifecycle
