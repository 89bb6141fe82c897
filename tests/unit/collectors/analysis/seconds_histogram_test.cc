#include "collectors/analysis/seconds_histogram.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

namespace tcp_lifecycle {
namespace {

using ::testing::ElementsAre;
using Histogram = SecondsHistogram<1, 5, 7200>;

TEST(SecondsHistogramTest, AnEmptyOneHasEveryBucket) {
  EXPECT_THAT(Histogram().counts(), ElementsAre(0, 0, 0, 0));
  EXPECT_EQ(Histogram().sum_seconds(), 0);
  EXPECT_THAT(Histogram::kBoundsSeconds, ElementsAre(1, 5, 7200));
}

TEST(SecondsHistogramTest, ABoundBelongsToItsBucket) {
  Histogram histogram;
  for (uint32_t ms : {0u, 1000u, 1001u, 5000u, 7'200'000u, 7'200'001u}) histogram.Add(ms);
  EXPECT_THAT(histogram.counts(), ElementsAre(2, 2, 1, 1));
  EXPECT_DOUBLE_EQ(histogram.sum_seconds(), 1 + 1.001 + 5 + 7200 + 7200.001);
}

TEST(SecondsHistogramTest, TheLongestTimeLandsAboveTheHighestBound) {
  Histogram histogram;
  histogram.Add(std::numeric_limits<uint32_t>::max());
  histogram.Add(std::numeric_limits<uint32_t>::max());
  EXPECT_THAT(histogram.counts(), ElementsAre(0, 0, 0, 2));
  EXPECT_DOUBLE_EQ(histogram.sum_seconds(), 2 * 4294967.295);
}

}  // namespace
}  // namespace tcp_lifecycle
