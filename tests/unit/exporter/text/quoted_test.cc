#include "exporter/text/quoted.h"

#include <gtest/gtest.h>

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
}

TEST(PrintableTest, OnlyPrintableAsciiIsLeft) {
  EXPECT_EQ(Printable("plain \"text\" ~"), "plain \"text\" ~");
  EXPECT_EQ(Printable(absl::string_view("\x1b[2J\n\0\x7f\xc3\xa4\xff", 10)),
            "\\x1b[2J\\x0a\\x00\\x7f\\xc3\\xa4\\xff");
}

}  // namespace
}  // namespace tcp_lifecycle
