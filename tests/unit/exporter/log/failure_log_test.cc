#include "exporter/log/failure_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "tests/unit/exporter/log/log_capture.h"

namespace tcp_lifecycle {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

class FailureLogTest : public ::testing::Test {
 protected:
  LogCapture log_{LogLevel::kInfo};
  FailureLog failures_{log_.logger(), std::chrono::seconds(0)};
};

TEST_F(FailureLogTest, SuccessIsSilent) {
  failures_.OnStatus("stream", absl::OkStatus());
  EXPECT_THAT(log_.lines(), IsEmpty());
}

TEST_F(FailureLogTest, AFailureIsToldOnceHoweverLongItLasts) {
  failures_.OnStatus("stream", absl::DataLossError("after 17 rows"));
  const std::string once = log_.lines();
  EXPECT_THAT(once, HasSubstr("level=warn msg=failed part=stream error=\"DATA_LOSS: after 17"));
  failures_.OnStatus("stream", absl::DataLossError("after 18 rows"));
  EXPECT_EQ(log_.lines(), once);
}

TEST_F(FailureLogTest, AFailureOfAnotherKindIsToldAgain) {
  failures_.OnStatus("stream", absl::DataLossError("short"));
  failures_.OnStatus("stream", absl::DeadlineExceededError("late"));
  EXPECT_THAT(log_.lines(), HasSubstr("late"));
}

TEST_F(FailureLogTest, TheEndOfAFailureIsTold) {
  failures_.OnStatus("stream", absl::DataLossError("short"));
  failures_.OnStatus("stream", absl::OkStatus());
  EXPECT_THAT(log_.lines(), HasSubstr("level=info msg=\"works again\" part=stream"));
}

TEST_F(FailureLogTest, PartsFailApart) {
  failures_.OnStatus("stream", absl::DataLossError("short"));
  failures_.OnStatus("collector listen", absl::DataLossError("other"));
  EXPECT_THAT(log_.lines(), HasSubstr("part=\"collector listen\""));
}

TEST_F(FailureLogTest, APartThatFailsAndWorksInTurnsIsToldOnceInAWhile) {
  FailureLog failures(log_.logger(), std::chrono::hours(1));
  failures.OnStatus("stream", absl::DeadlineExceededError("late"));
  failures.OnStatus("stream", absl::OkStatus());
  const std::string once = log_.lines();
  EXPECT_THAT(once, HasSubstr("works again"));
  for (int i = 0; i < 3; ++i) {
    failures.OnStatus("stream", absl::DeadlineExceededError("late"));
    failures.OnStatus("stream", absl::OkStatus());
  }
  EXPECT_EQ(log_.lines(), once);
}

TEST_F(FailureLogTest, AFailureThatCameTooSoonIsToldLaterIfItLasts) {
  FailureLog failures(log_.logger(), std::chrono::milliseconds(50));
  failures.OnStatus("stream", absl::DataLossError("short"));
  failures.OnStatus("stream", absl::OkStatus());
  failures.OnStatus("stream", absl::DataLossError("early"));
  std::this_thread::sleep_for(std::chrono::milliseconds(60));
  failures.OnStatus("stream", absl::DataLossError("lasting"));
  EXPECT_THAT(log_.lines(), HasSubstr("lasting"));
}

}  // namespace
}  // namespace tcp_lifecycle
