#include "exporter/doctor/layout.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace tcp_lifecycle {
namespace {

constexpr size_t kColumns = 100;
constexpr absl::string_view kGap = "  ";

absl::string_view Code(Style style) {
  switch (style) {
    case Style::kPlain:
      break;
    case Style::kBold:
      return "1";
    case Style::kDim:
      return "2";
    case Style::kGood:
      return "32";
    case Style::kNote:
      return "36";
    case Style::kWarning:
      return "33";
    case Style::kCritical:
      return "1;31";
  }
  return "";
}

}  // namespace

std::string Paint(absl::string_view text, Style style, bool colour) {
  if (!colour || style == Style::kPlain) return std::string(text);
  return absl::StrCat("\x1b[", Code(style), "m", text, "\x1b[0m");
}

std::string Wrap(absl::string_view first, absl::string_view text) {
  const std::string indent(first.size(), ' ');
  std::string out(first);
  size_t column = first.size();
  bool line_start = true;
  for (const absl::string_view word : absl::StrSplit(text, ' ', absl::SkipEmpty())) {
    if (!line_start && column + 1 + word.size() > kColumns) {
      absl::StrAppend(&out, "\n", indent);
      column = indent.size();
      line_start = true;
    }
    absl::StrAppend(&out, line_start ? "" : " ", word);
    column += word.size() + (line_start ? 0 : 1);
    line_start = false;
  }
  return out + "\n";
}

std::string Table::Text(absl::string_view indent, bool colour) const {
  std::vector<size_t> widths(columns_.size());
  for (const Row& row : rows_) {
    for (size_t i = 0; i < widths.size(); ++i) {
      widths[i] = std::max(widths[i], row.cells[i].size());
    }
  }
  std::string out;
  for (const Row& row : rows_) {
    std::string line;
    for (size_t i = 0; i < widths.size(); ++i) {
      const std::string padding(widths[i] - row.cells[i].size(), ' ');
      absl::StrAppend(&line, i == 0 ? "" : kGap, columns_[i] == Align::kRight ? padding : "",
                      row.cells[i], columns_[i] == Align::kLeft ? padding : "");
    }
    absl::StripTrailingAsciiWhitespace(&line);
    absl::StrAppend(&out, indent, Paint(line, row.style, colour), "\n");
  }
  return out;
}

}  // namespace tcp_lifecycle
