// A table with one row for each value of an enum class that ends with kEnd. Its first member, `id`,
// is the value; that each is at its place is checked where the table is compiled:
//
//   static_assert(IsTableOf(kTable));
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>

#include "absl/strings/string_view.h"

namespace tcp_lifecycle {

// How many values it has before kEnd.
template <typename Enum>
inline constexpr auto kCountOf = static_cast<size_t>(Enum::kEnd);

template <typename Row, size_t kSize>
constexpr bool IsTableOf(const std::array<Row, kSize>& rows) {
  using Enum = decltype(Row::id);
  for (size_t i = 0; i < kSize; ++i) {
    if (rows[i].id != static_cast<Enum>(i)) return false;
  }
  return kSize == kCountOf<Enum>;
}

// Whether every place of an array of names has one: fewer initializers than places leave "".
template <size_t kSize>
constexpr bool AreNamed(const std::array<absl::string_view, kSize>& names) {
  return std::ranges::none_of(names, [](absl::string_view name) { return name.empty(); });
}

}  // namespace tcp_lifecycle
