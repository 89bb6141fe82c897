// The odd numbers that the kernel prints. For the parsers of this folder.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>

#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "collectors/base/parse_number.h"

namespace tcp_lifecycle {

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
