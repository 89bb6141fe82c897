// A Logger whose lines a test can read.
#pragma once

#include <spdlog/sinks/ostream_sink.h>

#include <memory>
#include <sstream>
#include <string>

#include "exporter/log/log.h"

namespace tcp_lifecycle {

class LogCapture {
 public:
  explicit LogCapture(LogLevel level = LogLevel::kDebug, LogFormat format = LogFormat::kLogfmt)
      : logger_(level, format, std::make_shared<spdlog::sinks::ostream_sink_mt>(lines_)) {}

  const Logger& logger() const { return logger_; }
  std::string lines() const { return lines_.str(); }

 private:
  std::ostringstream lines_;
  Logger logger_;
};

}  // namespace tcp_lifecycle
