#include "exporter/failure_log.h"

namespace tcp_lifecycle {

void FailureLog::OnStatus(absl::string_view part, const absl::Status& status) {
  const std::lock_guard lock(mutex_);
  absl::StatusCode& last =
      last_.try_emplace(std::string(part), absl::StatusCode::kOk).first->second;
  const bool changed = last != status.code();
  last = status.code();
  if (!status.ok() && changed) {
    logger_.Warn("failed", {{"part", part}, {"error", status.ToString()}});
  } else if (!status.ok()) {
    logger_.Debug("still fails", {{"part", part}, {"error", status.ToString()}});
  } else if (changed) {
    logger_.Info("works again", {{"part", part}});
  }
}

}  // namespace tcp_lifecycle
