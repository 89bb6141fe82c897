#include "exporter/http/handlers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tcp_lifecycle {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::Ge;
using ::testing::HasSubstr;
using ::testing::Le;
using ::testing::Pair;
using SharedResult = std::shared_ptr<const ScrapeResult>;

SharedResult TwoCollectors() {
  auto result = std::make_shared<ScrapeResult>();
  result->collectors = {{.name = "sockets", .status = {}, .text = "sockets 1\n"},
                        {.name = "ports", .status = {}, .text = "ports 2\n"}};
  result->self_text = "self 3\n";
  return result;
}

class HandlersTest : public testing::Test {
 protected:
  HandlersTest()
      : handlers_(Options(), [this](const Deadline& deadline) {
          ++scrapes_;
          time_left_ = deadline.Left();
          return answer_;
        }) {}

  static HandlerOptions Options() {
    HandlerOptions options;
    options.telemetry_path = "/metrics";
    options.collectors = {.all = {"sockets", "ports"}, .enabled = {"sockets", "ports"}};
    options.scrape_timeout = seconds(10);
    options.scrape_timeout_offset = milliseconds(500);
    return options;
  }

  Response Get(const std::string& path, const std::string& query = "",
               const std::string& timeout = "") {
    return handlers_.Handle(
        {.method = "GET", .path = path, .query = query, .scrape_timeout_seconds = timeout});
  }

  // The deadline that a scrape got, for a header of this text.
  milliseconds TimeLeftFor(const std::string& header) {
    Get("/metrics", "", header);
    return time_left_;
  }

  int scrapes_ = 0;
  milliseconds time_left_{0};
  absl::StatusOr<SharedResult> answer_ = TwoCollectors();
  Handlers handlers_;
};

TEST_F(HandlersTest, MetricsAreEveryCollectorsAndTheExportersOwn) {
  const Response response = Get("/metrics");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.content_type, "text/plain; version=0.0.4; charset=utf-8");
  EXPECT_EQ(response.body, "sockets 1\nports 2\nself 3\n");
}

TEST_F(HandlersTest, CollectAndExcludeChooseCollectors) {
  EXPECT_EQ(Get("/metrics", "collect[]=ports").body, "ports 2\nself 3\n");
  EXPECT_EQ(Get("/metrics", "exclude%5B%5D=ports").body, "sockets 1\nself 3\n");
}

TEST_F(HandlersTest, AWrongChoiceIs400WithTheReasonAndNoScrape) {
  const Response unknown = Get("/metrics", "collect[]=nonsense");
  EXPECT_EQ(unknown.status, 400);
  EXPECT_THAT(unknown.body, HasSubstr("nonsense"));
  EXPECT_EQ(Get("/metrics", "collect[]=ports&exclude[]=sockets").status, 400);
  EXPECT_EQ(Get("/metrics", "collect[]=%").status, 400);
  EXPECT_EQ(scrapes_, 0);
}

TEST_F(HandlersTest, TheTimeThatPrometheusAllowsIsKeptLessTheOffset) {
  EXPECT_THAT(TimeLeftFor("5"), AllOf(Ge(milliseconds(4000)), Le(milliseconds(4500))));
}

TEST_F(HandlersTest, TheFlagCapsTheTimeThatPrometheusAllows) {
  EXPECT_THAT(TimeLeftFor("60"), AllOf(Ge(milliseconds(9000)), Le(milliseconds(10'000))));
}

TEST_F(HandlersTest, AnOffsetThatLeavesNothingIsNotTakenOff) {
  EXPECT_EQ(handlers_.ScrapeTime(milliseconds(400)), milliseconds(400));
  EXPECT_EQ(handlers_.ScrapeTime(milliseconds(501)), milliseconds(1));
}

TEST_F(HandlersTest, AHeaderThatIsNoTimeIsIgnored) {
  EXPECT_THAT(TimeLeftFor("soon"), AllOf(Ge(milliseconds(9000)), Le(milliseconds(10'000))));
  EXPECT_EQ(Get("/metrics", "", "soon").status, 200);
}

TEST_F(HandlersTest, AStuckPassIs503WithTheReason) {
  answer_ = absl::DeadlineExceededError("no result after 10 s");
  EXPECT_EQ(Get("/metrics").status, 503);
  EXPECT_THAT(Get("/metrics").body, HasSubstr("no result after 10 s"));
  answer_ = absl::UnavailableError("stuck");
  EXPECT_EQ(Get("/metrics").status, 503);
  EXPECT_EQ(Get("/").status, 503);
}

TEST_F(HandlersTest, AFailedPassIs500) {
  answer_ = absl::InternalError("thrown");
  EXPECT_EQ(Get("/metrics").status, 500);
}

TEST_F(HandlersTest, HealthAndReadinessDoNotScrape) {
  EXPECT_EQ(Get("/-/healthy").status, 200);
  EXPECT_EQ(Get("/-/ready").status, 200);
  EXPECT_EQ(scrapes_, 0);
}

TEST_F(HandlersTest, DrainingIsHealthyButNotReady) {
  handlers_.StartDraining();
  EXPECT_EQ(Get("/-/ready").status, 503);
  EXPECT_EQ(Get("/-/healthy").status, 200);
}

TEST_F(HandlersTest, OtherPathsAre404) {
  for (const char* path : {"/nope", "/metrics/", "/-/", "/favicon.ico", "", "//"}) {
    EXPECT_EQ(Get(path).status, 404) << path;
  }
}

TEST_F(HandlersTest, OtherMethodsAre405AndSayWhichAreAllowed) {
  for (const char* method : {"POST", "PUT", "DELETE", "OPTIONS", "PATCH"}) {
    const Response response = handlers_.Handle({.method = method, .path = "/metrics"});
    EXPECT_EQ(response.status, 405) << method;
    EXPECT_THAT(response.headers, Contains(Pair("Allow", "GET, HEAD")));
  }
  EXPECT_EQ(scrapes_, 0);
}

TEST_F(HandlersTest, ThePageMayLoadNothingFromElsewhere) {
  const Response page = Get("/");
  EXPECT_EQ(page.content_type, "text/html; charset=utf-8");
  EXPECT_THAT(
      page.headers,
      Contains(Pair("Content-Security-Policy",
                    AllOf(HasSubstr("default-src 'none'"), HasSubstr("frame-ancestors 'none'")))));
  EXPECT_EQ(Get("/-/assets/page.css").content_type, "text/css; charset=utf-8");
  EXPECT_EQ(Get("/-/assets/page.js").content_type, "text/javascript; charset=utf-8");
}

TEST(CheckTelemetryPathTest, APathThatARequestCanReachIsGood) {
  for (const char* path :
       {"/metrics", "/m", "/a/b-c_d~e/1.0", "/metrics/", "/-", "/-x/y", "/.well"}) {
    EXPECT_TRUE(CheckTelemetryPath(path).ok()) << path;
  }
}

TEST(CheckTelemetryPathTest, WhatIsTakenOrCannotBeReachedIsRefused) {
  const std::pair<const char*, const char*> cases[] = {
      {"", "must start with /"},
      {"metrics", "must start with /"},
      {"/", "landing page"},
      {"/-/healthy", "health checks"},
      {"/-/x", "health checks"},
      {"/a b", "letters, digits"},
      {"/m?x", "letters, digits"},
      {"/%41", "letters, digits"},
      {"/\"><script>", "letters, digits"},
      {"/\xc3\xa9", "letters, digits"},
      {"//metrics", "neither //"},
      {"/a//b", "neither //"},
      {"/../metrics", "ends in ."},
      {"/a/./b", "ends in ."},
      {"/a./b", "ends in ."},
      {"/a/..", "ends in ."},
  };
  for (const auto& [path, why] : cases) {
    const absl::Status status = CheckTelemetryPath(path);
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << path;
    EXPECT_THAT(status.message(), HasSubstr(why)) << path;
  }
}

}  // namespace
}  // namespace tcp_lifecycle
