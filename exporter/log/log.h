// The exporter's log: one line an event to stderr, as logfmt or JSON, each with a time in UTC, a
// level, a message and named fields. Built in main and handed by reference to whoever must log;
// callable from any thread. Whatever a field holds, it stays on its line: quotes, control
// characters and bytes that are not UTF-8 are escaped.
#pragma once

#include <initializer_list>
#include <memory>
#include <string>

#include "absl/strings/string_view.h"

namespace spdlog {
class logger;
namespace sinks {
class sink;
}
}  // namespace spdlog

namespace tcp_lifecycle {

enum class LogLevel { kDebug, kInfo, kWarn, kError, kEnd };
enum class LogFormat { kLogfmt, kJson, kEnd };

struct LogField {
  absl::string_view key;  // a plain word
  absl::string_view value;
};

class Logger {
 public:
  Logger(LogLevel level, LogFormat format);  // to stderr
  Logger(LogLevel level, LogFormat format, std::shared_ptr<spdlog::sinks::sink> sink);

  void Debug(absl::string_view message, std::initializer_list<LogField> fields = {}) const {
    Log(LogLevel::kDebug, message, fields);
  }
  void Info(absl::string_view message, std::initializer_list<LogField> fields = {}) const {
    Log(LogLevel::kInfo, message, fields);
  }
  void Warn(absl::string_view message, std::initializer_list<LogField> fields = {}) const {
    Log(LogLevel::kWarn, message, fields);
  }
  void Error(absl::string_view message, std::initializer_list<LogField> fields = {}) const {
    Log(LogLevel::kError, message, fields);
  }

 private:
  void Log(LogLevel level, absl::string_view message, std::initializer_list<LogField> fields) const;

  LogFormat format_;
  std::shared_ptr<spdlog::logger> logger_;
};

}  // namespace tcp_lifecycle
