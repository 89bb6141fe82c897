#include "exporter/failure_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/exporter/log_capture.h"

namespace tcp_lifecycle {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

class FailureLogTest : public ::testing::Test {
 protected:
  LogCapture log_{LogLevel::kInfo};
  FailureLog failures_{log_.logger()};
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

}  // namespace
}  // namespace tcp_lifecycle
