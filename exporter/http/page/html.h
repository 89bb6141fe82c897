// Text for the landing page. An Html is made by Fill alone, which escapes whatever is not Html, so
// nothing that a host, a kernel or an error message says can become markup.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/strings/substitute.h"

namespace tcp_lifecycle {

struct Html {
  std::string code = {};

  Html& operator+=(const Html& more) {
    code += more.code;
    return *this;
  }
};

Html ToHtml(absl::string_view text);  // escaped, for elements and quoted attributes
inline Html ToHtml(const Html& html) { return html; }
Html ToHtml(uint64_t count);                 // 12,345
Html ToHtml(std::optional<uint64_t> count);  // Unknown() without a value
// What stands for a figure that the source in use cannot know.
Html Unknown();
// What stands for a setting or counter that this kernel, or this namespace, does not have.
Html Absent();

// The literal `pattern` with $0 to $9 replaced by the arguments, each as ToHtml gives it.
template <size_t kSize, typename... Args>
Html Fill(const char (&pattern)[kSize], const Args&... args) {
  return {absl::Substitute(absl::string_view(pattern, kSize - 1), ToHtml(args).code...)};
}

// The CSS class of what is so near to its limit: used, high, full.
absl::string_view LevelOf(double part, double limit);

// `part` of `whole` as "12.3 %"; 0 % of nothing.
std::string PercentText(double part, double whole);
// "0.4 s", "12 s", "5 min", "2 h": a bound or a duration for reading, not for computing.
std::string Duration(double seconds);

// A horizontal bar. `css_class` gives each segment its colour; segments that exceed `whole`
// together are cut at its end. `label` is what the bar says, for those who do not see it.
struct Segment {
  double part = 0;
  absl::string_view css_class;
};
Html Bar(std::span<const Segment> segments, double whole, absl::string_view label);
// `part` of `limit` as Percent says, coloured by how near it is.
Html Share(double part, double limit);
// One segment, coloured by how near it is to its limit.
Html LimitBar(double part, double limit, absl::string_view label);

// A column chart of a histogram: `counts` has one more than `bounds`.
Html Histogram(std::span<const double> bounds, std::span<const uint64_t> counts,
               absl::string_view label);

}  // namespace tcp_lifecycle
