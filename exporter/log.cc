#include "exporter/log.h"

#include <spdlog/logger.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <algorithm>
#include <cstdint>
#include <utility>

#include "absl/strings/str_cat.h"

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
      break;
  }
  return {spdlog::level::err, "error"};
}

// The length of the UTF-8 sequence at the start of `text`, 0 when there is none (RFC 3629).
size_t Utf8Length(absl::string_view text) {
  const auto byte = [&](size_t i) { return static_cast<uint8_t>(text[i]); };
  const uint8_t first = byte(0);
  const size_t length = first < 0x80                    ? 1
                        : first >= 0xc2 && first < 0xe0 ? 2
                        : first >= 0xe0 && first < 0xf0 ? 3
                        : first >= 0xf0 && first < 0xf5 ? 4
                                                        : 0;
  if (length == 0 || length > text.size()) return 0;
  for (size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return 0;
  }
  const bool overlong = (first == 0xe0 && byte(1) < 0xa0) || (first == 0xf0 && byte(1) < 0x90);
  const bool surrogate = first == 0xed && byte(1) >= 0xa0;
  const bool too_high = first == 0xf4 && byte(1) >= 0x90;
  return overlong || surrogate || too_high ? 0 : length;
}

// In quotes, as both JSON and logfmt readers understand. A byte that is not UTF-8 becomes U+FFFD.
void AppendQuoted(std::string& line, absl::string_view text) {
  line.push_back('"');
  while (!text.empty()) {
    const size_t length = Utf8Length(text);
    const char first = text.front();
    if (length == 0) {
      absl::StrAppend(&line, "\\ufffd");
    } else if (first == '"' || first == '\\') {
      absl::StrAppend(&line, "\\", text.substr(0, 1));
    } else if (first == '\n') {
      absl::StrAppend(&line, "\\n");
    } else if (static_cast<uint8_t>(first) < 0x20 || first == 0x7f) {
      absl::StrAppend(&line, "\\u", absl::Hex(static_cast<uint8_t>(first), absl::kZeroPad4));
    } else {
      absl::StrAppend(&line, text.substr(0, length));
    }
    text.remove_prefix(std::max<size_t>(length, 1));
  }
  line.push_back('"');
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
