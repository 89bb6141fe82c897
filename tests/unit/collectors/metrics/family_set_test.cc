#include "collectors/metrics/family_set.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <limits>

namespace tcp_lifecycle {
namespace {

using prometheus::MetricType;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr FamilyDescriptor kGauge = Gauge("sockets", {"state"}, "Help.", "");
constexpr FamilyDescriptor kCounter =
    Counter("process_opens_total", {}, "Help.", "").Of(Scope::kExporter).Unprefixed();
constexpr FamilyDescriptor kHistogram =
    Histogram("left_seconds", {}, "Help.", "").Of(Scope::kExporter);
constexpr std::array<double, 2> kBounds = {1, 5};
constexpr std::array<uint64_t, 3> kCounts = {4, 0, 2};

TEST(FamilySetTest, StartsEmpty) { EXPECT_THAT(FamilySet().families(), IsEmpty()); }

TEST(FamilySetTest, AGaugeHasItsLabelsInTheOrderOfTheDescriptor) {
  FamilySet set;
  set.Add(kGauge, {"host", "listen"}, 3);
  ASSERT_THAT(set.families(), SizeIs(1));
  const prometheus::MetricFamily& family = set.families()[0];
  EXPECT_EQ(family.name, "tcp_lifecycle_sockets");
  EXPECT_EQ(family.help, "Help.");
  EXPECT_EQ(family.type, MetricType::Gauge);
  ASSERT_THAT(family.metric, SizeIs(1));
  ASSERT_THAT(family.metric[0].label, SizeIs(2));
  EXPECT_EQ(family.metric[0].label[0].name, "netns");
  EXPECT_EQ(family.metric[0].label[0].value, "host");
  EXPECT_EQ(family.metric[0].label[1].name, "state");
  EXPECT_EQ(family.metric[0].label[1].value, "listen");
  EXPECT_EQ(family.metric[0].gauge.value, 3);
}

TEST(FamilySetTest, ACounterIsNoGauge) {
  FamilySet set;
  set.Add(kCounter, {}, 3);
  EXPECT_EQ(set.families()[0].name, "process_opens_total");
  EXPECT_EQ(set.families()[0].type, MetricType::Counter);
  EXPECT_EQ(set.families()[0].metric[0].counter.value, 3);
}

TEST(FamilySetTest, SeriesOfAFamilyStayTogetherWhenAnotherComesBetween) {
  FamilySet set;
  set.Add(kGauge, {"host", "listen"}, 1);
  set.Add(kCounter, {}, 2);
  set.Add(kGauge, {"other", "listen"}, 3);
  ASSERT_THAT(set.families(), SizeIs(2));
  EXPECT_EQ(set.families()[0].name, "tcp_lifecycle_sockets");
  EXPECT_THAT(set.families()[0].metric, SizeIs(2));
  EXPECT_THAT(set.families()[1].metric, SizeIs(1));
}

TEST(FamilySetTest, AHistogramIsCumulativeAndEndsInInfinity) {
  FamilySet set;
  set.AddHistogram(kHistogram, {}, kBounds, kCounts, 12.5);
  const prometheus::ClientMetric::Histogram& histogram = set.families()[0].metric[0].histogram;
  ASSERT_THAT(histogram.bucket, SizeIs(3));
  EXPECT_EQ(histogram.bucket[0].upper_bound, 1);
  EXPECT_EQ(histogram.bucket[0].cumulative_count, 4);
  EXPECT_EQ(histogram.bucket[1].upper_bound, 5);
  EXPECT_EQ(histogram.bucket[1].cumulative_count, 4);
  EXPECT_EQ(histogram.bucket[2].upper_bound, std::numeric_limits<double>::infinity());
  EXPECT_EQ(histogram.bucket[2].cumulative_count, 6);
  EXPECT_EQ(histogram.sample_count, 6);
  EXPECT_EQ(histogram.sample_sum, 12.5);
}

#ifdef NDEBUG
void ExpectRefused(void (*add)(FamilySet&)) {
  FamilySet set;
  add(set);
  EXPECT_THAT(set.families(), IsEmpty());
}
#else
void ExpectRefused(void (*add)(FamilySet&)) {
  FamilySet set;
  EXPECT_DEATH(add(set), "fits");
}
#endif

TEST(FamilySetDeathTest, TooFewOrTooManyLabelValuesAreRefused) {
  ExpectRefused([](FamilySet& set) { set.Add(kGauge, {"host"}, 1); });
  ExpectRefused([](FamilySet& set) { set.Add(kGauge, {"host", "listen", "more"}, 1); });
  ExpectRefused([](FamilySet& set) { set.AddHistogram(kHistogram, {"x"}, kBounds, kCounts, 1); });
}

TEST(FamilySetDeathTest, AnotherTypeThanTheDescriptorsIsRefused) {
  ExpectRefused([](FamilySet& set) { set.Add(kHistogram, {}, 1); });
  ExpectRefused([](FamilySet& set) { set.AddHistogram(kCounter, {}, kBounds, kCounts, 1); });
}

TEST(FamilySetDeathTest, CountsThatDoNotFitTheBoundsAreRefused) {
  ExpectRefused([](FamilySet& set) { set.AddHistogram(kHistogram, {}, kBounds, {}, 1); });
  ExpectRefused([](FamilySet& set) { set.AddHistogram(kHistogram, {}, {}, kCounts, 1); });
}

}  // namespace
}  // namespace tcp_lifecycle
