// What one scrape found, whole: the typed reports for the page and the doctor, and the text of
// each collector's families for /metrics. Immutable once made, shared by all who asked for it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "collectors/model/reader_account.h"
#include "collectors/reports/snapshot.h"

namespace tcp_lifecycle {

// One collector's part of a scrape.
struct CollectorResult {
  std::string name;
  absl::Status status;
  double duration_seconds = 0;
  std::string text;  // its families in the text format, HELP and TYPE included
};

// How the socket stream went.
struct PassOutcome {
  absl::Status status;
  double duration_seconds = 0;
  uint64_t sockets = 0;  // rows delivered, also where the stream failed later
};

struct ScrapeResult {
  Snapshot snapshot;
  std::optional<PassOutcome> pass;  // nullopt: no collector needed a stream
  std::vector<CollectorResult> collectors;
  std::string self_text;   // scrape_*, exporter_build_info, process_*
  std::string source;      // SocketSource::Name() of the reader in use; empty without a stream
  ReaderAccount reader;    // of that reader
  uint64_t passes = 0;     // since the start, this one included
  bool cut_short = false;  // something may be missing because the deadline came first

  // The page in the text format 0.0.4. `wanted` chooses collectors by name; the self metrics are on
  // every page.
  std::string Text(absl::FunctionRef<bool(absl::string_view)> wanted) const;
};

}  // namespace tcp_lifecycle
