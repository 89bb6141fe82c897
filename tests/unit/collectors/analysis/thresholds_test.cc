#include "collectors/analysis/thresholds.h"

#include <gtest/gtest.h>

namespace tcp_lifecycle {
namespace {

TEST(ThresholdsTest, FourFifthsAreNearlyFull) {
  EXPECT_FALSE(IsNearlyFull(0, 10));
  EXPECT_FALSE(IsNearlyFull(7999, 10000));
  for (const uint64_t limit : {5, 10, 35, 1000, 28230, 131070}) {
    EXPECT_TRUE(IsNearlyFull(limit * 4 / 5, limit)) << limit;
    EXPECT_FALSE(IsNearlyFull(limit * 4 / 5 - 1, limit)) << limit;
  }
  EXPECT_TRUE(IsNearlyFull(11, 10));
}

TEST(ThresholdsTest, OfNothingAllIsTaken) { EXPECT_TRUE(IsNearlyFull(0, 0)); }

}  // namespace
}  // namespace tcp_lifecycle
