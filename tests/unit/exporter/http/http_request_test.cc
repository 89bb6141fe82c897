#include "exporter/http/http_request.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"

namespace tcp_lifecycle {
namespace {

using std::chrono::milliseconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

CollectorNames Names() { return {.all = {"sockets", "ports"}, .enabled = {"sockets", "ports"}}; }

TEST(ParseQueryTest, KeepsRepeatedParametersInOrder) {
  EXPECT_THAT(ParseQuery("a=1&b=2&a=3").value(),
              ElementsAre(Pair("a", "1"), Pair("b", "2"), Pair("a", "3")));
}

TEST(ParseQueryTest, DecodesNamesAndValues) {
  EXPECT_THAT(ParseQuery("collect%5B%5d=time_wait&x=a+b%26%3d").value(),
              ElementsAre(Pair("collect[]", "time_wait"), Pair("x", "a b&=")));
}

TEST(ParseQueryTest, TakesEmptyPartsAndMissingValues) {
  EXPECT_THAT(ParseQuery("").value(), IsEmpty());
  EXPECT_THAT(ParseQuery("&&a&b=&=c&d=e=f").value(),
              ElementsAre(Pair("a", ""), Pair("b", ""), Pair("", "c"), Pair("d", "e=f")));
}

TEST(ParseQueryTest, NamesTheBytesThatAreNoEncoding) {
  for (const absl::string_view wrong : {"%zz", "%-1", "%+1", "% 1", "%0x", "%00", "%4", "%"}) {
    const bool cut_off = wrong.size() < 3;
    const auto parameters = ParseQuery(absl::StrCat("a=", wrong, cut_off ? "" : "rest"));
    EXPECT_EQ(parameters.status().code(), absl::StatusCode::kInvalidArgument) << wrong;
    EXPECT_EQ(parameters.status().message(),
              absl::StrCat("query: \"", wrong, "\" is no encoded byte"));
  }
}

TEST(FilterOfTest, ReadsCollectAndIgnoresOtherParameters) {
  const auto filter = FilterOf("collect[]=ports&target=x&collect%5B%5D=sockets", Names());
  ASSERT_TRUE(filter.ok()) << filter.status();
  EXPECT_TRUE(filter->Wants("ports"));
  EXPECT_TRUE(filter->Wants("sockets"));
  EXPECT_FALSE(filter->Wants("time_wait"));
}

TEST(FilterOfTest, ReadsExclude) {
  const auto filter = FilterOf("exclude[]=ports", Names());
  ASSERT_TRUE(filter.ok()) << filter.status();
  EXPECT_FALSE(filter->Wants("ports"));
  EXPECT_TRUE(filter->Wants("sockets"));
}

TEST(FilterOfTest, RefusesUnknownCollectorsAndBadEncoding) {
  EXPECT_EQ(FilterOf("collect[]=nonsense", Names()).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(FilterOf("collect[]=%zz", Names()).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST(AcceptsGzipTest, FollowsNamesAndWeights) {
  for (const absl::string_view header :
       {"gzip", "GZIP", "x-gzip", "deflate, gzip;q=1.0, *;q=0.5", "br;q=1, gzip;q=0.1", "*",
        " gzip ; q=0.5 ", "identity;q=0, *;q=0.001"}) {
    EXPECT_TRUE(AcceptsGzip(header)) << header;
  }
  for (const absl::string_view header :
       {"", "identity", "br", "gzip;q=0", "gzip;q=0.000", "*, gzip;q=0", "*;q=0", "gzipped"}) {
    EXPECT_FALSE(AcceptsGzip(header)) << header;
  }
}

TEST(AcceptsGzipTest, TakesNonsenseForARefusal) {
  for (const absl::string_view header : {"gzip;q=", "gzip;q=nan", "gzip;q=-1", "gzip;q=2",
                                         "gzip;level=9", "gzip;v=1", ";;,,;q=1", "gzip gzip"}) {
    EXPECT_FALSE(AcceptsGzip(header)) << header;
  }
}

TEST(ParseScrapeTimeoutTest, TakesDecimalSeconds) {
  EXPECT_EQ(ParseScrapeTimeout("10"), milliseconds(10'000));
  EXPECT_EQ(ParseScrapeTimeout("0.5"), milliseconds(500));
  EXPECT_EQ(ParseScrapeTimeout("9.999000001"), milliseconds(10'000));
}

TEST(ParseScrapeTimeoutTest, TakesNothingElse) {
  for (const absl::string_view seconds :
       {"", "0", "0.0", "-1", "+5", "5s", " 5", "5 ", "1e3", "0x10", "nan", "inf", "1.2.3", ".",
        "86401", "99999999999999999999"}) {
    EXPECT_EQ(ParseScrapeTimeout(seconds), std::nullopt) << seconds;
  }
}

}  // namespace
}  // namespace tcp_lifecycle
