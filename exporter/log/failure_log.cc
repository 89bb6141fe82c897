#include "exporter/log/failure_log.h"

namespace tcp_lifecycle {

void FailureLog::OnStatus(absl::string_view part, const absl::Status& status) {
  const auto now = std::chrono::steady_clock::now();
  const std::lock_guard lock(mutex_);
  Told& told = told_[std::string(part)];
  if (status.ok()) {
    if (told.code != absl::StatusCode::kOk) logger_.Info("works again", {{"part", part}});
    told.code = absl::StatusCode::kOk;
    return;
  }
  const bool may_tell = !told.at.has_value() || now - *told.at >= pause_;
  if (told.code == status.code() || !may_tell) {
    logger_.Debug("failed", {{"part", part}, {"error", status.ToString()}});
    return;
  }
  logger_.Warn("failed", {{"part", part}, {"error", status.ToString()}});
  told = {status.code(), now};
}

}  // namespace tcp_lifecycle
