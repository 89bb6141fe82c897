#include "collectors/kernel/procfs/number.h"

#include <gtest/gtest.h>

namespace tcp_lifecycle {
namespace {

TEST(ParseNumberTest, TakesAWholeWordThatFits) {
  uint8_t byte = 0;
  EXPECT_TRUE(ParseNumber("255", byte));
  EXPECT_EQ(byte, 255);
  EXPECT_TRUE(ParseNumber("0A", byte, 16));
  EXPECT_EQ(byte, 10);
  for (const char* text : {"", "256", " 1", "1 ", "+1", "-1", "0x1"}) {
    EXPECT_FALSE(ParseNumber(text, byte)) << text;
  }
}

TEST(ParseCountTest, BelowZeroItIsNotKnown) {
  std::optional<uint64_t> count;
  EXPECT_TRUE(ParseCount("9223372036854775807", count));
  EXPECT_EQ(count, 9223372036854775807u);
  for (const char* below : {"-1", "9223372036854775808", "18446744073709551615"}) {
    count = 7;
    EXPECT_TRUE(ParseCount(below, count)) << below;
    EXPECT_EQ(count, std::nullopt) << below;
  }
}

TEST(ParseCountTest, WhatIsNoNumberIsRefused) {
  std::optional<uint64_t> count;
  for (const char* text : {"", "-", "--1", "1x", "+1", "18446744073709551616"}) {
    EXPECT_FALSE(ParseCount(text, count)) << text;
  }
}

}  // namespace
}  // namespace tcp_lifecycle
