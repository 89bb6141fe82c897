#include "collectors/kernel/procfs/snmp.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "absl/strings/str_cat.h"
#include "collectors/kernel/procfs/number.h"
#include "collectors/kernel/procfs/parse_error.h"

namespace tcp_lifecycle {
namespace {

// Cuts what stands before `separator` off the front of `text`; all of it where there is none.
absl::string_view Cut(absl::string_view& text, char separator) {
  const size_t end = text.find(separator);
  const absl::string_view part = text.substr(0, end);
  text.remove_prefix(end == absl::string_view::npos ? text.size() : end + 1);
  return part;
}

absl::string_view CutWord(absl::string_view& line) {
  line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
  return Cut(line, ' ');
}

bool HasCountersOf(absl::string_view protocol) {
  return std::ranges::any_of(
      kTcpCounterTable, [&](const TcpCounterRow& counter) { return counter.protocol == protocol; });
}

std::optional<TcpCounter> FindCounter(absl::string_view protocol, absl::string_view name) {
  for (const TcpCounterRow& counter : kTcpCounterTable) {
    if (counter.name == name && counter.protocol == protocol) return counter.id;
  }
  return std::nullopt;
}

absl::Status ParsePair(absl::string_view protocol, absl::string_view names,
                       absl::string_view values, TcpCounters& counters) {
  for (;;) {
    const absl::string_view name = CutWord(names);
    const absl::string_view value = CutWord(values);
    if (name.empty() && value.empty()) return absl::OkStatus();
    if (value.empty()) return ParseError(absl::StrCat(protocol, ": no value for"), name);
    if (name.empty()) return ParseError(absl::StrCat(protocol, ": no name for"), value);
    const std::optional<TcpCounter> counter = FindCounter(protocol, name);
    if (!counter.has_value()) continue;
    if (!ParseCount(value, counters[*counter])) {
      return ParseError(absl::StrCat(protocol, " ", name), value);
    }
  }
}

}  // namespace

absl::Status ParseSnmp(absl::string_view text, TcpCounters& counters) {
  TcpCounters all = counters;
  while (!text.empty()) {
    absl::string_view names = Cut(text, '\n');
    const absl::string_view protocol = Cut(names, ':');
    if (!HasCountersOf(protocol)) continue;
    absl::string_view values = Cut(text, '\n');
    if (Cut(values, ':') != protocol) return ParseError("no values after the names of", protocol);
    if (absl::Status parsed = ParsePair(protocol, names, values, all); !parsed.ok()) {
      return parsed;
    }
  }
  counters = all;
  return absl::OkStatus();
}

}  // namespace tcp_lifecycle
