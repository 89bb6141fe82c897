// Parses a whole word as a number of the type's width, without the white space and signs that other
// functions let pass and without allocating.
#pragma once

#include <charconv>
#include <system_error>

#include "absl/strings/string_view.h"

namespace tcp_lifecycle {

// False, with `value` unspecified, unless all of `text` is a number that fits.
template <typename Integer>
bool ParseNumber(absl::string_view text, Integer& value, int base = 10) {
  const char* const end = text.data() + text.size();
  const auto [parsed, error] = std::from_chars(text.data(), end, value, base);
  return error == std::errc() && parsed == end;
}

}  // namespace tcp_lifecycle
