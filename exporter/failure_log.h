// Logs a failure when it begins, changes or ends, not in every scrape while it lasts. For all that
// is tried again and again: collectors, the socket stream.
#pragma once

#include <map>
#include <mutex>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "exporter/log.h"

namespace tcp_lifecycle {

// Callable from any thread.
class FailureLog {
 public:
  explicit FailureLog(const Logger& logger) : logger_(logger) {}

  // A failure of another kind than the last one of this part is a warning, one of the same kind a
  // debug line; the first success after a failure is told.
  void OnStatus(absl::string_view part, const absl::Status& status);

 private:
  const Logger& logger_;
  std::mutex mutex_;
  std::map<std::string, absl::StatusCode, std::less<>> last_;
};

}  // namespace tcp_lifecycle
