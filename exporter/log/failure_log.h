// Logs a failure when it begins, changes or ends, not in every scrape while it lasts. For all that
// is tried again and again: collectors, the socket stream. However often a part fails and works
// again (two clients may allow a scrape very different times), it is told once in a while only.
#pragma once

#include <chrono>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "exporter/log/log.h"

namespace tcp_lifecycle {

// Callable from any thread.
class FailureLog {
 public:
  // Between two warnings of the same part are at least `pause`.
  explicit FailureLog(const Logger& logger,
                      std::chrono::steady_clock::duration pause = std::chrono::minutes(1))
      : logger_(logger), pause_(pause) {}

  // A failure of another kind than the one told last is a warning, once `pause` allows it; any
  // other is a debug line. The first success after a warning is told.
  void OnStatus(absl::string_view part, const absl::Status& status);

 private:
  struct Told {
    absl::StatusCode code = absl::StatusCode::kOk;
    std::optional<std::chrono::steady_clock::time_point> at;  // of the last warning
  };

  const Logger& logger_;
  const std::chrono::steady_clock::duration pause_;
  std::mutex mutex_;
  std::map<std::string, Told, std::less<>> told_;  // by part
};

}  // namespace tcp_lifecycle
