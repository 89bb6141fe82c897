#include "exporter/doctor/layout.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tcp_lifecycle {
namespace {

using enum Table::Align;

TEST(WrapTest, WordsGoToTheNextLineAtColumn100) {
  const std::string word(46, 'x');
  EXPECT_EQ(Wrap("  - ", word + " " + word + " a b"), "  - " + word + " " + word + " a\n    b\n");
}

TEST(WrapTest, EveryLineMayHave100Columns) {
  const std::string word(46, 'x');
  const std::string line = word + " " + word + " ab";
  EXPECT_EQ(Wrap("  - ", line + " " + line), "  - " + line + "\n    " + line + "\n");
}

TEST(WrapTest, ALongWordIsNotCut) {
  const std::string word(120, 'x');
  EXPECT_EQ(Wrap("> ", "a " + word + " b"), "> a\n  " + word + "\n  b\n");
  EXPECT_EQ(Wrap("> ", word), "> " + word + "\n");
}

TEST(WrapTest, NothingIsAnEmptyLine) { EXPECT_EQ(Wrap("", ""), "\n"); }

TEST(PaintTest, OnlyInColour) {
  EXPECT_EQ(Paint("x", Style::kCritical, false), "x");
  EXPECT_EQ(Paint("x", Style::kCritical, true), "\x1b[1;31mx\x1b[0m");
  EXPECT_EQ(Paint("x", Style::kPlain, true), "x");
}

TEST(TableTest, ColumnsAreAligned) {
  Table table({kLeft, kRight, kLeft});
  table.AddRow({"name", "n", "note"});
  table.AddRow({"a", "1000", ""});
  EXPECT_EQ(table.Text("> ", false),
            "> name     n  note\n"
            "> a     1000\n");
}

TEST(TableTest, ColourDoesNotMoveColumns) {
  Table table({kLeft, kLeft});
  table.AddRow({"a", "x"}, Style::kWarning);
  table.AddRow({"bb", "y"});
  EXPECT_EQ(table.Text("", true), "\x1b[33ma   x\x1b[0m\nbb  y\n");
}

}  // namespace
}  // namespace tcp_lifecycle
