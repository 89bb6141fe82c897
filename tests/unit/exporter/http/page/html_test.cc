#include "exporter/http/page/html.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace tcp_lifecycle {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(HtmlTest, CountsHaveThousands) {
  EXPECT_EQ(ToHtml(uint64_t{0}).code, "0");
  EXPECT_EQ(ToHtml(uint64_t{999}).code, "999");
  EXPECT_EQ(ToHtml(uint64_t{1000}).code, "1,000");
  EXPECT_EQ(ToHtml(uint64_t{1234567}).code, "1,234,567");
}

TEST(HtmlTest, ASmallShareIsNotNothingAndALargeOneNotAll) {
  EXPECT_EQ(PercentText(0, 100), "0 %");
  EXPECT_EQ(PercentText(1, 100'000), "< 0.1 %");
  EXPECT_EQ(PercentText(5, 10'000), "0.1 %");
  EXPECT_EQ(PercentText(1, 3), "33.3 %");
  EXPECT_EQ(PercentText(99'999, 100'000), "> 99.9 %");
  EXPECT_EQ(PercentText(9'995, 10'000), "> 99.9 %") << "100.0 would be full";
  EXPECT_EQ(PercentText(9'994, 10'000), "99.9 %");
  EXPECT_EQ(PercentText(1, 1), "100 %");
  EXPECT_EQ(PercentText(6, 5), "120 %");
  EXPECT_EQ(PercentText(0, 0), "0 %");
}

TEST(HtmlTest, ABarEndsAtItsEnd) {
  const Segment segments[] = {{30, "a"}, {0, "b"}, {90, "c"}};
  const std::string bar = Bar(segments, 100, "x < y").code;
  EXPECT_THAT(bar, HasSubstr("aria-label=\"x &lt; y\""));
  EXPECT_THAT(bar, HasSubstr("class=\"a\" x=\"0.00%\" width=\"30.00%\""));
  EXPECT_THAT(bar, HasSubstr("class=\"c\" x=\"30.00%\" width=\"70.00%\""));
  EXPECT_THAT(bar, Not(HasSubstr("class=\"b\"")));
}

TEST(HtmlTest, TheLeastShareIsSeenOnItsBar) {
  const Segment segment = {1, "a"};
  EXPECT_THAT(Bar({&segment, 1}, 1'000'000, "").code, HasSubstr("x=\"0.00%\" width=\"0.40%\""));
}

TEST(HtmlTest, ABarOfNothingIsEmpty) {
  const Segment segment = {1, "a"};
  EXPECT_THAT(Bar({&segment, 1}, 0, "none").code, Not(HasSubstr("<rect")));
}

TEST(HtmlTest, ALimitIsColouredByHowNearItIs) {
  EXPECT_EQ(LevelOf(79, 100), "used");
  EXPECT_EQ(LevelOf(80, 100), "high");
  EXPECT_EQ(LevelOf(100, 100), "full");
}

TEST(HtmlTest, DurationsAreShort) {
  EXPECT_EQ(Duration(0.9994), "999 ms");
  EXPECT_EQ(Duration(0.0004), "< 1 ms");
  EXPECT_EQ(Duration(0.001), "1 ms");
  EXPECT_EQ(Duration(0.25), "250 ms");
  EXPECT_EQ(Duration(1), "1 s");
  EXPECT_EQ(Duration(60), "60 s");
  EXPECT_EQ(Duration(120), "2 min");
  EXPECT_EQ(Duration(300), "5 min");
  EXPECT_EQ(Duration(7200), "2 h");
}

TEST(HtmlTest, TheHighestColumnOfAHistogramFillsIt) {
  const std::vector<double> bounds = {1, 300};
  const std::vector<uint64_t> counts = {2000, 500, 0};
  const std::string histogram = Histogram(bounds, counts, "x < y").code;
  const auto column = [](const std::string& count, const std::string& y, const std::string& height,
                         const std::string& bound) {
    return "<li><span class=\"count\">" + count +
           "</span><svg class=\"column\" aria-hidden=\"true\"><rect class=\"used\" y=\"" + y +
           "\" width=\"100%\" height=\"" + height + "\"/></svg><span class=\"bound\">" + bound +
           "</span></li>";
  };
  EXPECT_EQ(histogram, "<ol class=\"histogram\" aria-label=\"x &lt; y\">" +
                           column("2,000", "0.00%", "100.00%", "1 s") +
                           column("500", "75.00%", "25.00%", "5 min") +
                           column("0", "100.00%", "0.00%", "&gt; 5 min") + "</ol>");
}

TEST(HtmlTest, AHistogramOfFewHasFullColumnsAndOneOfNothingNone) {
  const std::vector<double> bounds = {1};
  EXPECT_THAT(Histogram(bounds, std::vector<uint64_t>{1, 0}, "").code,
              HasSubstr("height=\"100.00%\""));
  EXPECT_THAT(Histogram(bounds, std::vector<uint64_t>{0, 0}, "").code,
              Not(HasSubstr("height=\"100.00%\"")));
}

}  // namespace
}  // namespace tcp_lifecycle
