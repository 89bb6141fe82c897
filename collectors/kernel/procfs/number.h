// Parses a whole word as a number of the type's width, without the white space and signs that other
// functions let pass and without allocating. For the parsers of this folder.
#pragma once

#include <charconv>
#include <cstdint>
#include <limits>
#include <optional>
#include <system_error>

#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"

namespace tcp_lifecycle {

// False, with `value` unspecified, unless all of `text` is a number that fits.
template <typename Integer>
bool ParseNumber(absl::string_view text, Integer& value, int base = 10) {
  const char* const end = text.data() + text.size();
  const auto [parsed, error] = std::from_chars(text.data(), end, value, base);
  return error == std::errc() && parsed == end;
}

// What the kernel adds up over its processors can be below 0 for a moment, and is printed so or
// wrapped around.
constexpr bool IsWrapped(uint64_t number) {
  return number > static_cast<uint64_t>(std::numeric_limits<int64_t>::max());
}

// A count that such a sum may be: nullopt where it is below 0 or wrapped. False, with `count`
// unspecified, where `text` is no number.
inline bool ParseCount(absl::string_view text, std::optional<uint64_t>& count) {
  const bool negative = absl::ConsumePrefix(&text, "-");
  uint64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [parsed, error] = std::from_chars(text.data(), end, number);
  const bool fits = error == std::errc() && !negative && !IsWrapped(number);
  count = fits ? std::optional(number) : std::nullopt;
  return error != std::errc::invalid_argument && parsed == end;
}

}  // namespace tcp_lifecycle
