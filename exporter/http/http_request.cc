#include "exporter/http/http_request.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace tcp_lifecycle {
namespace {

absl::StatusOr<std::string> PercentDecode(absl::string_view text) {
  std::string decoded;
  decoded.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      decoded.push_back(text[i] == '+' ? ' ' : text[i]);
      continue;
    }
    int byte = 0;
    const absl::string_view digits = text.substr(i + 1, 2);
    if (digits.size() != 2 || !absl::ascii_isxdigit(static_cast<unsigned char>(digits[0])) ||
        !absl::SimpleHexAtoi(digits, &byte) || byte == 0) {
      return absl::InvalidArgumentError(
          absl::StrCat("query: \"", text.substr(i, 3), "\" is no encoded byte"));
    }
    decoded.push_back(static_cast<char>(byte));
    i += 2;
  }
  return decoded;
}

// The weight of one Accept-Encoding element's parameters, 1 without; nullopt when malformed.
std::optional<double> Weight(absl::string_view parameters) {
  double weight = 1;
  for (absl::string_view parameter : absl::StrSplit(parameters, ';', absl::SkipWhitespace())) {
    parameter = absl::StripAsciiWhitespace(parameter);
    if (!absl::StartsWithIgnoreCase(parameter, "q=")) return std::nullopt;
    if (!absl::SimpleAtod(parameter.substr(2), &weight)) return std::nullopt;
    if (!(weight >= 0 && weight <= 1)) return std::nullopt;
  }
  return weight;
}

}  // namespace

absl::StatusOr<std::vector<std::pair<std::string, std::string>>> ParseQuery(
    absl::string_view query) {
  std::vector<std::pair<std::string, std::string>> parameters;
  for (absl::string_view parameter : absl::StrSplit(query, '&', absl::SkipEmpty())) {
    const std::pair<absl::string_view, absl::string_view> parts =
        absl::StrSplit(parameter, absl::MaxSplits('=', 1));
    absl::StatusOr<std::string> name = PercentDecode(parts.first);
    if (!name.ok()) return name.status();
    absl::StatusOr<std::string> value = PercentDecode(parts.second);
    if (!value.ok()) return value.status();
    parameters.emplace_back(*std::move(name), *std::move(value));
  }
  return parameters;
}

absl::StatusOr<CollectorFilter> FilterOf(absl::string_view query, const CollectorNames& names) {
  const auto parameters = ParseQuery(query);
  if (!parameters.ok()) return parameters.status();
  std::vector<std::string> collect;
  std::vector<std::string> exclude;
  for (const auto& [name, value] : *parameters) {
    if (name == "collect[]") collect.push_back(value);
    if (name == "exclude[]") exclude.push_back(value);
  }
  return ParseFilter(collect, exclude, names);
}

bool AcceptsGzip(absl::string_view accept_encoding) {
  std::optional<bool> by_name;
  bool by_star = false;
  for (absl::string_view element : absl::StrSplit(accept_encoding, ',')) {
    const std::pair<absl::string_view, absl::string_view> parts =
        absl::StrSplit(element, absl::MaxSplits(';', 1));
    const absl::string_view coding = absl::StripAsciiWhitespace(parts.first);
    const bool wanted = Weight(parts.second).value_or(0) > 0;
    if (absl::EqualsIgnoreCase(coding, "gzip") || absl::EqualsIgnoreCase(coding, "x-gzip")) {
      by_name = wanted;
    } else if (coding == "*") {
      by_star = wanted;
    }
  }
  return by_name.value_or(by_star);
}

std::optional<std::chrono::milliseconds> ParseScrapeTimeout(absl::string_view seconds) {
  const bool decimal = std::all_of(seconds.begin(), seconds.end(), [](char c) {
    return absl::ascii_isdigit(static_cast<unsigned char>(c)) || c == '.';
  });
  double value = 0;
  if (!decimal || !absl::SimpleAtod(seconds, &value)) return std::nullopt;
  constexpr double kMaxSeconds = 24 * 3600;  // far above any scrape interval, far below an overflow
  if (!(value > 0 && value <= kMaxSeconds)) return std::nullopt;
  return std::chrono::ceil<std::chrono::milliseconds>(std::chrono::duration<double>(value));
}

}  // namespace tcp_lifecycle
