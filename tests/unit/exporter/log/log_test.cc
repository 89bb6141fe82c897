#include "exporter/log/log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/exporter/log/log_capture.h"

namespace tcp_lifecycle {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::MatchesRegex;

std::string Logfmt(absl::string_view value) {
  const LogCapture log;
  log.logger().Info("m", {{"k", value}});
  const std::string lines = log.lines();
  return lines.substr(lines.find(" k=") + 3);
}

std::string Json(absl::string_view value) {
  const LogCapture log(LogLevel::kDebug, LogFormat::kJson);
  log.logger().Info("m", {{"k", value}});
  const std::string lines = log.lines();
  return lines.substr(lines.find("\"k\":") + 4);
}

TEST(LogTest, ALogfmtLineHasTimeLevelMessageAndFields) {
  const LogCapture log;
  log.logger().Warn("port in use", {{"address", ":10460"}, {"errno", "98"}});
  EXPECT_THAT(log.lines(),
              MatchesRegex("ts=[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{3}Z "
                           "level=warn msg=\"port in use\" address=:10460 errno=98\n"));
}

TEST(LogTest, AJsonLineHasTimeLevelMessageAndFields) {
  const LogCapture log(LogLevel::kDebug, LogFormat::kJson);
  log.logger().Error("port in use", {{"errno", "98"}});
  EXPECT_THAT(log.lines(),
              MatchesRegex("\\{\"ts\":\"[-0-9T:.]+Z\",\"level\":\"error\",\"msg\":\"port in use\","
                           "\"errno\":\"98\"\\}\n"));
}

TEST(LogTest, EachLevelHasItsName) {
  const LogCapture log;
  log.logger().Debug("a");
  log.logger().Info("b");
  log.logger().Warn("c");
  log.logger().Error("d");
  for (const char* line :
       {"level=debug msg=a\n", "level=info msg=b\n", "level=warn msg=c\n", "level=error msg=d\n"}) {
    EXPECT_THAT(log.lines(), HasSubstr(line));
  }
}

TEST(LogTest, WhatIsBelowTheLevelIsNotWritten) {
  const LogCapture log(LogLevel::kWarn);
  log.logger().Info("quiet");
  EXPECT_THAT(log.lines(), IsEmpty());
  log.logger().Warn("loud");
  EXPECT_THAT(log.lines(), HasSubstr("loud"));
}

TEST(LogTest, AMessageIsNoFormatString) {
  const LogCapture log;
  log.logger().Info("100% of {} and %v");
  EXPECT_THAT(log.lines(), EndsWith("msg=\"100% of {} and %v\"\n"));
}

TEST(LogTest, LogfmtQuotesWhatWouldSplitAField) {
  EXPECT_EQ(Logfmt("plain/text:1"), "plain/text:1\n");
  EXPECT_EQ(Logfmt(""), "\"\"\n");
  EXPECT_EQ(Logfmt("two words"), "\"two words\"\n");
  EXPECT_EQ(Logfmt("a=b"), "\"a=b\"\n");
}

TEST(LogTest, BothFormatsEscapeTheSame) {
  const struct {
    absl::string_view value, quoted;
  } cases[] = {
      {"say \"no\"", R"("say \"no\"")"},
      {"back\\slash", R"("back\\slash")"},
      {"two\nlines", R"("two\nlines")"},
      {"tab\tbell\a\x7f", R"("tab\u0009bell\u0007\u007f")"},
      {absl::string_view("nul\0!", 5), R"("nul\u0000!")"},
      {"caf\xc3\xa9 \xf0\x9f\x90\xa7", "\"caf\xc3\xa9 \xf0\x9f\x90\xa7\""},
      {"lone\x80", R"("lone\ufffd")"},
      {"cut\xe2\x82", R"("cut\ufffd\ufffd")"},
      {"overlong\xc0\xaf", R"("overlong\ufffd\ufffd")"},
      {"surrogate\xed\xa0\x80", R"("surrogate\ufffd\ufffd\ufffd")"},
      {"high\xf4\x90\x80\x80", R"("high\ufffd\ufffd\ufffd\ufffd")"},
  };
  for (const auto& [value, quoted] : cases) {
    EXPECT_EQ(Logfmt(value), std::string(quoted) + "\n");
    EXPECT_EQ(Json(value), std::string(quoted) + "}\n");
  }
}

}  // namespace
}  // namespace tcp_lifecycle
