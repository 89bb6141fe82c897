#include "collectors/metrics/text_format.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <limits>

#include "collectors/metrics/family_set.h"

namespace tcp_lifecycle {
namespace {

constexpr FamilyDescriptor kGauge = Gauge("g", {}, "Help.", "").Unprefixed();
constexpr FamilyDescriptor kPlain = Gauge("p", {}, "Help.", "").Of(Scope::kExporter).Unprefixed();
constexpr FamilyDescriptor kHistogram = Histogram("h_seconds", {}, "Help.", "").Unprefixed();

std::string ValueText(double value) {
  FamilySet set;
  set.Add(kPlain, {}, value);
  const std::string text = ToText(set.families());
  return text.substr(text.rfind("\np ") + 3);
}

TEST(TextTest, OfNoFamiliesThereIsNone) { EXPECT_EQ(ToText({}), ""); }

TEST(TextTest, AFamilyHasHelpTypeAndSeriesAndEndsInANewline) {
  FamilySet set;
  set.Add(kGauge, {"host"}, 1);
  EXPECT_EQ(ToText(set.families()), "# HELP g Help.\n# TYPE g gauge\ng{netns=\"host\"} 1\n");
}

TEST(TextTest, AHistogramHasCountSumAndBuckets) {
  const std::array<double, 2> bounds = {1, 60};
  const std::array<uint64_t, 3> counts = {1, 0, 2};
  FamilySet set;
  set.AddHistogram(kHistogram, {"host"}, bounds, counts, 1.5);
  EXPECT_EQ(ToText(set.families()),
            "# HELP h_seconds Help.\n"
            "# TYPE h_seconds histogram\n"
            "h_seconds_count{netns=\"host\"} 3\n"
            "h_seconds_sum{netns=\"host\"} 1.5\n"
            "h_seconds_bucket{netns=\"host\",le=\"1\"} 1\n"
            "h_seconds_bucket{netns=\"host\",le=\"60\"} 1\n"
            "h_seconds_bucket{netns=\"host\",le=\"+Inf\"} 3\n");
}

TEST(TextTest, LabelValuesAreEscaped) {
  FamilySet set;
  set.Add(kGauge, {"a\"b\\c\nd"}, 1);
  EXPECT_NE(ToText(set.families()).find(R"(g{netns="a\"b\\c\nd"} 1)"), std::string::npos);
}

TEST(TextTest, WholeNumbersArePlainAndExactAsFarAsADoubleIs) {
  EXPECT_EQ(ValueText(0), "0\n");
  EXPECT_EQ(ValueText(1e6), "1000000\n");
  EXPECT_EQ(ValueText(28232), "28232\n");
  EXPECT_EQ(ValueText(9007199254740992), "9007199254740992\n");
  EXPECT_EQ(ValueText(9999999999999998), "9999999999999998\n");
}

// Beyond what a double counts exactly the text has an exponent, which Prometheus reads as well.
TEST(TextTest, LargerNumbersKeepSixteenDigits) {
  EXPECT_EQ(ValueText(18446744073709551615.0), "1.844674407370955e+19\n");
}

TEST(TextTest, FractionsHaveNoNoiseDigits) {
  EXPECT_EQ(ValueText(0.1), "0.1\n");
  EXPECT_EQ(ValueText(1.2), "1.2\n");
  EXPECT_EQ(ValueText(64.999), "64.999\n");
}

TEST(TextTest, WhatIsNoNumberIsWrittenAsPrometheusReadsIt) {
  EXPECT_EQ(ValueText(std::numeric_limits<double>::infinity()), "+Inf\n");
  EXPECT_EQ(ValueText(-std::numeric_limits<double>::infinity()), "-Inf\n");
  EXPECT_EQ(ValueText(std::nan("")), "Nan\n");
}

}  // namespace
}  // namespace tcp_lifecycle
