// How the doctor's text is set: colours, lines that fit a terminal, aligned columns.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace tcp_lifecycle {

enum class Style : uint8_t { kPlain, kBold, kDim, kGood, kNote, kWarning, kCritical };

// `text` as it is, or in the escape sequences of its style.
std::string Paint(absl::string_view text, Style style, bool colour);

// Words in lines of at most 100 columns, the first after `first`, the others after as many spaces.
// A word is never cut. Ends with a newline.
std::string Wrap(absl::string_view first, absl::string_view text);

class Table {
 public:
  enum class Align : uint8_t { kLeft, kRight };

  explicit Table(std::vector<Align> columns) : columns_(std::move(columns)) {}
  // One cell a column.
  void AddRow(std::vector<std::string> cells, Style style = Style::kPlain) {
    rows_.push_back({std::move(cells), style});
  }
  // Each line after `indent`, without spaces at its end.
  std::string Text(absl::string_view indent, bool colour) const;

 private:
  struct Row {
    std::vector<std::string> cells;
    Style style;
  };

  std::vector<Align> columns_;
  std::vector<Row> rows_;
};

}  // namespace tcp_lifecycle
