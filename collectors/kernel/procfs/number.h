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

// Whether it is a negative number that a 64-bit kernel printed as one without a sign.
constexpr bool IsWrapped(uint64_t number) {
  return number > static_cast<uint64_t>(std::numeric_limits<int64_t>::max());
}

// A sum over the processors, which can be below 0 for a moment: `count` is then nullopt. False,
// with `count` unspecified, unless all of `text` is a number that fits.
inline bool ParseCount(absl::string_view text, std::optional<uint64_t>& count) {
  const bool negative = absl::ConsumePrefix(&text, "-");
  uint64_t number = 0;
  if (!ParseNumber(text, number)) return false;
  count = negative || IsWrapped(number) ? std::nullopt : std::optional(number);
  return true;
}

}  // namespace tcp_lifecycle
