#include "exporter/log/log.h"

#include <spdlog/logger.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "exporter/text/quoted.h"

namespace tcp_lifecycle {
namespace {

struct LevelName {
  spdlog::level::level_enum level;
  absl::string_view name;
};

LevelName NameOf(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return {spdlog::level::debug, "debug"};
    case LogLevel::kInfo:
      return {spdlog::level::info, "info"};
    case LogLevel::kWarn:
      return {spdlog::level::warn, "warn"};
    case LogLevel::kError:
    case LogLevel::kEnd:
      break;
  }
  return {spdlog::level::err, "error"};
}

bool NeedsQuotes(absl::string_view text) {
  return text.empty() || !std::all_of(text.begin(), text.end(), [](char c) {
           return c > ' ' && c < 0x7f && c != '"' && c != '\\' && c != '=';
         });
}

void AppendLogfmt(std::string& line, const LogField& field) {
  absl::StrAppend(&line, " ", field.key, "=");
  if (NeedsQuotes(field.value)) {
    AppendQuoted(line, field.value);
  } else {
    absl::StrAppend(&line, field.value);
  }
}

void AppendJson(std::string& line, const LogField& field) {
  absl::StrAppend(&line, ",\"", field.key, "\":");
  AppendQuoted(line, field.value);
}

}  // namespace

Logger::Logger(LogLevel level, LogFormat format)
    : Logger(level, format, std::make_shared<spdlog::sinks::stderr_sink_mt>()) {}

Logger::Logger(LogLevel level, LogFormat format, std::shared_ptr<spdlog::sinks::sink> sink)
    : format_(format), logger_(std::make_shared<spdlog::logger>("", std::move(sink))) {
  logger_->set_level(NameOf(level).level);
  logger_->flush_on(spdlog::level::trace);
  // A log that cannot be written leaves nowhere to say so.
  logger_->set_error_handler([](const std::string&) {});
  logger_->set_formatter(std::make_unique<spdlog::pattern_formatter>(
      format == LogFormat::kJson ? R"({"ts":"%Y-%m-%dT%H:%M:%S.%eZ"%v})"
                                 : "ts=%Y-%m-%dT%H:%M:%S.%eZ%v",
      spdlog::pattern_time_type::utc, "\n"));
}

void Logger::Log(LogLevel level, absl::string_view message,
                 std::initializer_list<LogField> fields) const {
  const LevelName name = NameOf(level);
  if (!logger_->should_log(name.level)) return;
  const auto append = format_ == LogFormat::kJson ? AppendJson : AppendLogfmt;
  std::string line;
  append(line, {"level", name.name});
  append(line, {"msg", message});
  for (const LogField& field : fields) append(line, field);
  logger_->log(name.level, spdlog::string_view_t(line.data(), line.size()));
}

}  // namespace tcp_lifecycle
