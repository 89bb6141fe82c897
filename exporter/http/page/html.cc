#include "exporter/http/page/html.h"

#include <algorithm>

#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "collectors/analysis/thresholds.h"

namespace tcp_lifecycle {
namespace {

// What there is of something is seen on its bar, however little.
constexpr double kLeastPercent = 0.4;

// A length of an SVG attribute.
std::string Length(double percent) { return absl::StrFormat("%.2f%%", percent); }

}  // namespace

Html ToHtml(absl::string_view text) {
  return {absl::StrReplaceAll(
      text, {{"&", "&amp;"}, {"<", "&lt;"}, {">", "&gt;"}, {R"(")", "&quot;"}, {"'", "&#39;"}})};
}

Html ToHtml(uint64_t count) {
  std::string digits = absl::StrCat(count);
  for (size_t left = digits.size(); left > 3; left -= 3) digits.insert(left - 3, 1, ',');
  return {digits};
}

Html ToHtml(std::optional<uint64_t> count) {
  return count.has_value() ? ToHtml(*count) : Unknown();
}

Html Unknown() { return Fill(R"(<span class="unknown">not known by this source</span>)"); }

absl::string_view LevelOf(double part, double limit) {
  if (part >= limit) return "full";
  return part >= limit * kNearlyFull ? "high" : "used";
}

Html Absent() { return Fill(R"(<span class="unknown">absent here</span>)"); }

std::string PercentText(double part, double whole) {
  const double percent = whole > 0 ? 100 * part / whole : 0;
  if (percent > 0 && percent < 0.05) return "< 0.1 %";
  if (percent >= 99.95 && percent < 100) return "> 99.9 %";
  if (percent == 0 || percent >= 100) return absl::StrFormat("%.0f %%", percent);
  return absl::StrFormat("%.1f %%", percent);
}

std::string Duration(double seconds) {
  if (seconds < 0.001) return "< 1 ms";
  if (seconds < 1) return absl::StrFormat("%.0f ms", seconds * 1000);
  if (seconds < 120) return absl::StrFormat("%.4g s", seconds);
  if (seconds < 7200) return absl::StrFormat("%.4g min", seconds / 60);
  return absl::StrFormat("%.4g h", seconds / 3600);
}

Html Bar(std::span<const Segment> segments, double whole, absl::string_view label) {
  Html rectangles;
  double from = 0;
  for (const Segment& segment : segments) {
    if (segment.part <= 0 || whole <= 0) continue;
    const double share = std::max(100 * segment.part / whole, kLeastPercent);
    const double width = std::min(share, 100 - from);
    rectangles += Fill(R"(<rect class="$0" x="$1" width="$2" height="100%"/>)", segment.css_class,
                       Length(from), Length(width));
    from += width;
  }
  return Fill(R"(<svg class="bar" role="img" aria-label="$0">$1</svg>)", label, rectangles);
}

Html Share(double part, double limit) {
  return Fill(R"(<span class="$0">$1</span>)", LevelOf(part, limit), PercentText(part, limit));
}

Html LimitBar(double part, double limit, absl::string_view label) {
  const Segment segment = {part, LevelOf(part, limit)};
  return Bar({&segment, 1}, limit, label);
}

Html Histogram(std::span<const double> bounds, std::span<const uint64_t> counts,
               absl::string_view label) {
  const uint64_t most = std::max<uint64_t>(1, *std::max_element(counts.begin(), counts.end()));
  Html columns;
  for (size_t i = 0; i < counts.size(); ++i) {
    const bool last = i >= bounds.size();
    const std::string name =
        last ? absl::StrCat("> ", Duration(bounds.back())) : Duration(bounds[i]);
    const double height = 100.0 * static_cast<double>(counts[i]) / static_cast<double>(most);
    columns += Fill(R"(<li><span class="count">$0</span>)"
                    R"(<svg class="column" aria-hidden="true">)"
                    R"(<rect class="used" y="$1" width="100%" height="$2"/></svg>)"
                    R"(<span class="bound">$3</span></li>)",
                    counts[i], Length(100 - height), Length(height), name);
  }
  return Fill(R"(<ol class="histogram" aria-label="$0">$1</ol>)", label, columns);
}

}  // namespace tcp_lifecycle
