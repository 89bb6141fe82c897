#include <gtest/gtest.h>

#include "tests/unit/collectors/findings/healthy.h"

namespace tcp_lifecycle {
namespace {

using ::testing::HasSubstr;

NamespaceSnapshot With(Sysctl sysctl, absl::StatusOr<int64_t> value) {
  NamespaceSnapshot ns = MakeHealthy();
  ns.facts.sysctls[sysctl] = std::move(value);
  return ns;
}

NamespaceSnapshot WithReuseAndTimestamps(int64_t reuse, int64_t timestamps) {
  NamespaceSnapshot ns = With(Sysctl::kTwReuse, reuse);
  ns.facts.sysctls[Sysctl::kTimestamps] = timestamps;
  return ns;
}

NamespaceSnapshot WithTimeWait(const std::string& address, uint32_t time_wait) {
  NamespaceSnapshot ns = MakeHealthy();
  AddDestination(*ns.reports.Get<PortsReport>(), address, time_wait).time_wait = time_wait;
  return ns;
}

TEST(TwReuseWithoutTimestampsTest, RaisedWhereReuseIsOnAndTimestampsAreOff) {
  EXPECT_THAT(Check("tw_reuse_without_timestamps", WithReuseAndTimestamps(1, 0)),
              Raised("tcp_tw_reuse is 1 and tcp_timestamps is 0: no port is reused."));
}

TEST(TwReuseWithoutTimestampsTest, ClearedByEither) {
  EXPECT_THAT(Check("tw_reuse_without_timestamps", WithReuseAndTimestamps(1, 1)), Fine());
  EXPECT_THAT(Check("tw_reuse_without_timestamps", WithReuseAndTimestamps(0, 0)), Fine());
}

TEST(TwReuseWithoutTimestampsTest, NotCheckableWithoutTheFiles) {
  const absl::Status absent = absl::NotFoundError("no such file");
  EXPECT_THAT(Check("tw_reuse_without_timestamps", With(Sysctl::kTwReuse, absent)), NotCheckable());
  NamespaceSnapshot ns = WithReuseAndTimestamps(1, 1);
  ns.facts.sysctls[Sysctl::kTimestamps] = absent;
  EXPECT_THAT(Check("tw_reuse_without_timestamps", ns), NotCheckable());
  ns.facts.sysctls[Sysctl::kTwReuse] = 2;
  EXPECT_THAT(Check("tw_reuse_without_timestamps", ns), Fine());
}

TEST(TimestampsOffTest, RaisedAt0) {
  EXPECT_THAT(Check("timestamps_off", With(Sysctl::kTimestamps, 0)),
              Raised(HasSubstr("tcp_timestamps is 0")));
}

TEST(TimestampsOffTest, ClearedAt1And2) {
  EXPECT_THAT(Check("timestamps_off", With(Sysctl::kTimestamps, 1)), Fine());
  EXPECT_THAT(Check("timestamps_off", With(Sysctl::kTimestamps, 2)), Fine());
}

TEST(TimestampsOffTest, NotCheckableWithoutTheFile) {
  EXPECT_THAT(Check("timestamps_off", With(Sysctl::kTimestamps, absl::NotFoundError("absent"))),
              NotCheckable());
}

TEST(TwRecycleTest, RaisedAt1) {
  EXPECT_THAT(Check("tw_recycle", With(Sysctl::kTwRecycle, 1)),
              Raised(HasSubstr("tcp_tw_recycle is 1")));
}

TEST(TwRecycleTest, ClearedAt0AndOnAKernelThatHasLostIt) {
  EXPECT_THAT(Check("tw_recycle", With(Sysctl::kTwRecycle, 0)), Fine());
  EXPECT_THAT(Check("tw_recycle", With(Sysctl::kTwRecycle, absl::NotFoundError("4.12"))), Fine());
}

TEST(TwRecycleTest, AFileThatCannotBeReadIsAFailure) {
  EXPECT_THAT(Check("tw_recycle", With(Sysctl::kTwRecycle, absl::UnavailableError("sysctls"))),
              Failed("sysctls"));
}

TEST(TwReuseLoopbackOnlyTest, RaisedWhereTimeWaitTakesHalfOfTheOpenPorts) {
  EXPECT_THAT(Check("tw_reuse_loopback_only", WithTimeWait("10.0.0.2", 14116)),
              Raised("tcp_tw_reuse is 2, for loopback only, while 10.0.0.1 -> 10.0.0.2:80 keeps "
                     "14116 of 28232 open ports (50 %) in TIME_WAIT."));
}

TEST(TwReuseLoopbackOnlyTest, ClearedByLessByAnotherSettingAndOnLoopback) {
  EXPECT_THAT(Check("tw_reuse_loopback_only", WithTimeWait("10.0.0.2", 14115)), Fine());
  EXPECT_THAT(Check("tw_reuse_loopback_only", WithTimeWait("127.0.0.1", 28000)), Fine());
  NamespaceSnapshot ns = WithTimeWait("10.0.0.2", 28000);
  for (const int64_t reuse : {0, 1}) {
    ns.facts.sysctls[Sysctl::kTwReuse] = reuse;
    EXPECT_THAT(Check("tw_reuse_loopback_only", ns), Fine()) << reuse;
  }
}

TEST(TwReuseLoopbackOnlyTest, ClearedWhereNoPortIsOpenToAnybody) {
  NamespaceSnapshot ns = WithTimeWait("10.0.0.2", 10);
  ns.reports.Get<PortsReport>()->capacity = {};
  EXPECT_THAT(Check("tw_reuse_loopback_only", ns), Fine());
}

TEST(TwReuseLoopbackOnlyTest, NotCheckableWithoutTheFileOrTheReport) {
  EXPECT_THAT(
      Check("tw_reuse_loopback_only", With(Sysctl::kTwReuse, absl::NotFoundError("absent"))),
      NotCheckable());
  NamespaceSnapshot ns = MakeHealthy();
  ns.reports.Remove<PortsReport>();
  EXPECT_THAT(Check("tw_reuse_loopback_only", ns), NotCheckable());
}

}  // namespace
}  // namespace tcp_lifecycle
