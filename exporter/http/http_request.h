// One HTTP request as the handlers see it, and the parsers of what a client may write into it.
// Pure: server.cc fills a Request from the HTTP library, tests and fuzzers by hand.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "exporter/scrape/filter.h"

namespace tcp_lifecycle {

struct Request {
  std::string method = {};
  std::string path = {};                    // decoded
  std::string query = {};                   // as sent, what follows `?`
  std::string scrape_timeout_seconds = {};  // X-Prometheus-Scrape-Timeout-Seconds, empty without it
  bool accepts_gzip = false;
};

// Names and values, decoded, in the order of the query. InvalidArgument: a `%` without two
// hexadecimal digits, or a NUL.
absl::StatusOr<std::vector<std::pair<std::string, std::string>>> ParseQuery(
    absl::string_view query);

// The choice that the query's collect[] and exclude[] make; other parameters are nobody's business.
// InvalidArgument: as ParseQuery and ParseFilter.
absl::StatusOr<CollectorFilter> FilterOf(absl::string_view query, const CollectorNames& names);

// Whether an Accept-Encoding header (RFC 9110, 12.5.3) takes gzip. What makes no sense takes
// nothing.
bool AcceptsGzip(absl::string_view accept_encoding);

// X-Prometheus-Scrape-Timeout-Seconds: a positive decimal number of seconds, nothing around it.
// nullopt for anything else.
std::optional<std::chrono::milliseconds> ParseScrapeTimeout(absl::string_view seconds);

}  // namespace tcp_lifecycle
