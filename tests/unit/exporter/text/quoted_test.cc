#include "exporter/text/quoted.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace tcp_lifecycle {
namespace {

std::string Quoted(absl::string_view text) {
  std::string out;
  AppendQuoted(out, text);
  return out;
}

TEST(QuotedTest, TextStaysAsItIs) {
  EXPECT_EQ(Quoted(""), R"("")");
  EXPECT_EQ(Quoted("Größe 2 €"), "\"Größe 2 €\"");
}

TEST(QuotedTest, WhatWouldEndTheStringIsEscaped) { EXPECT_EQ(Quoted(R"(a"b\c)"), R"("a\"b\\c")"); }

TEST(QuotedTest, ControlsAreEscaped) {
  EXPECT_EQ(Quoted(absl::string_view("\n\r\t\0\x1b\x7f", 6)),
            R"("\n\u000d\u0009\u0000\u001b\u007f")");
  EXPECT_EQ(Quoted("\xc2\x80\xc2\x9b\xc2\x9f\xc2\xa0"), "\"\\u0080\\u009b\\u009f\xc2\xa0\"");
}

TEST(QuotedTest, BytesThatAreNotUtf8AreReplaced) {
  EXPECT_EQ(Quoted("a\xff\xc3"), R"("a\ufffd\ufffd")");
  // Cut, without a continuation at each place, overlong, a surrogate, above U+10FFFF.
  for (const char* text :
       {"\xe2\x82", "\xc3(", "\xe2(\xa1", "\xe2\x82(", "\xf0(\x8c\xbc", "\xf0\x90(\xbc",
        "\xf0\x90\x8c(", "\xc1\xbf", "\xe0\x9f\xbf", "\xf0\x8f\xbf\xbf", "\xed\xa0\x80",
        "\xf4\x90\x80\x80", "\xf5\x80\x80\x80"}) {
    const std::string quoted = Quoted(text);
    EXPECT_TRUE(std::ranges::all_of(quoted, [](unsigned char c) { return c < 0x80; })) << quoted;
  }
}

TEST(QuotedTest, NothingBehindTheEndIsRead) {
  EXPECT_EQ(Quoted(absl::string_view("\xe2\x82\xac", 2)), R"("\ufffd\ufffd")");
}

TEST(QuotedTest, TheFirstAndLastSequencesOfEachLengthStay) {
  for (const std::string text : {"\xc2\xa0", "\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf",
                                 "\xef\xbf\xbf", "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf"}) {
    EXPECT_EQ(Quoted(text), '"' + text + '"');
  }
}

TEST(PrintableTest, OnlyPrintableAsciiIsLeft) {
  EXPECT_EQ(Printable("plain \"text\" ~"), "plain \"text\" ~");
  EXPECT_EQ(Printable(absl::string_view("\x1b[2J\n\0\x7f\xc3\xa4\xff", 10)),
            "\\x1b[2J\\x0a\\x00\\x7f\\xc3\\xa4\\xff");
}

}  // namespace
}  // namespace tcp_lifecycle
