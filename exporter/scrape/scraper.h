// Runs scrapes: one pass at a time, in one thread, whoever asks. HTTP handlers, --once and the
// doctor call it and get an immutable result.
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "collectors/collector.h"
#include "collectors/model/deadline.h"
#include "collectors/snapshot.h"

namespace tcp_lifecycle {

// One collector's part of a scrape.
struct CollectorResult {
  std::string name;
  absl::Status status;
  double duration_seconds = 0;
  std::string text;  // its families in the text format, HELP and TYPE included
};

struct ScrapeResult {
  Snapshot snapshot;
  std::vector<CollectorResult> collectors;
  std::string self_text;  // scrape_*, exporter_build_info, process_*
  std::string source;     // SocketSource::Name() of the reader in use
  double pass_duration_seconds = 0;

  // The page in the text format 0.0.4. `wanted` chooses collectors by name; the self metrics are on
  // every page.
  std::string Text(absl::FunctionRef<bool(absl::string_view)> wanted) const;
};

class Scraper {
 public:
  // Makes the result of one pass; called in the scraper's own thread, never twice at a time.
  using Pass = std::function<ScrapeResult(const Deadline&)>;
  explicit Scraper(Pass pass);
  ~Scraper();  // waits for a pass in progress

  // Joins the flight in progress or starts one that must end by `deadline`. DeadlineExceeded when
  // there is no result by then: the flight goes on, and no second one starts.
  absl::StatusOr<std::shared_ptr<const ScrapeResult>> Scrape(const Deadline& deadline);
};

}  // namespace tcp_lifecycle
