#include "collectors/analysis/reuse.h"

#include <gtest/gtest.h>

#include "tests/unit/builders.h"

namespace tcp_lifecycle {
namespace {

ReuseRule Rule(int64_t reuse, int64_t timestamps, absl::StatusOr<int64_t> delay_ms) {
  Sysctls sysctls;
  sysctls[Sysctl::kTwReuse] = reuse;
  sysctls[Sysctl::kTimestamps] = timestamps;
  sysctls[Sysctl::kTwReuseDelay] = std::move(delay_ms);
  return ReuseRule(sysctls);
}

bool Applies(const ReuseRule& rule, const char* source, const char* destination,
             uint32_t scope = 0) {
  return rule.Applies(Ip(source), Ip(destination), scope);
}

TEST(ReuseRuleTest, ZeroIsNeverOneIsAlways) {
  EXPECT_FALSE(Applies(Rule(0, 1, 1000), "127.0.0.1", "127.0.0.1"));
  EXPECT_TRUE(Applies(Rule(1, 1, 1000), "10.0.0.1", "10.0.0.2"));
}

TEST(ReuseRuleTest, TheDelayIsWithinTimeWait) {
  EXPECT_EQ(Rule(1, 1, 1500).delay_ms(), 1500);
  EXPECT_EQ(Rule(1, 1, kTimeWaitMs + 1).delay_ms(), kTimeWaitMs);
  EXPECT_EQ(Rule(1, 1, -1).delay_ms(), 0);
}

TEST(ReuseRuleTest, TwoIsForLoopbackAddressesAtEitherEnd) {
  const ReuseRule rule = Rule(2, 1, 1000);
  EXPECT_TRUE(Applies(rule, "127.0.0.1", "127.0.0.2"));
  EXPECT_TRUE(Applies(rule, "::1", "::1"));
  EXPECT_TRUE(Applies(rule, "10.0.0.1", "127.0.0.1"));
  EXPECT_FALSE(Applies(rule, "10.0.0.1", "10.0.0.1"));
}

TEST(ReuseRuleTest, TwoIsForSocketsBoundToTheLoopbackDevice) {
  EXPECT_TRUE(Applies(Rule(2, 1, 1000), "10.0.0.1", "10.0.0.1", 1));
  EXPECT_FALSE(Applies(Rule(2, 1, 1000), "10.0.0.1", "10.0.0.1", 2));
}

TEST(ReuseRuleTest, WithoutTimestampsItIsNever) {
  EXPECT_FALSE(Applies(Rule(1, 0, 1000), "10.0.0.1", "10.0.0.2"));
  EXPECT_TRUE(Applies(Rule(1, 2, 1000), "10.0.0.1", "10.0.0.2"));
}

TEST(ReuseRuleTest, APortIsFreeWhenItsAgeIsOverTheDelay) {
  const ReuseRule rule = Rule(1, 1, 1000);
  EXPECT_EQ(rule.MsUntilFree(true, 60000), 1001);
  EXPECT_EQ(rule.MsUntilFree(true, 59500), 501);
  EXPECT_EQ(rule.MsUntilFree(true, 59000), 1) << "an age of the delay itself is not over it";
  EXPECT_EQ(rule.MsUntilFree(true, 58999), 0);
  EXPECT_EQ(rule.MsUntilFree(true, 60700), 1001) << "the kernel's timer can be late";
}

TEST(ReuseRuleTest, WhereItDoesNotApplyAPortIsFreeWhenTimeWaitEnds) {
  EXPECT_EQ(Rule(1, 1, 1000).MsUntilFree(false, 42000), 42000);
}

TEST(ReuseRuleTest, AKernelWithoutADelayWaitsForTheNextSecondAtMost) {
  const ReuseRule rule = Rule(1, 1, absl::NotFoundError(""));
  EXPECT_TRUE(rule.known());
  EXPECT_EQ(rule.delay_ms(), 1000);
  EXPECT_EQ(rule.MsUntilFree(true, 60000), 0) << "the second may be over already";
  EXPECT_EQ(rule.MsUntilFree(true, 60000, true), 1000);
  EXPECT_EQ(rule.MsUntilFree(true, 300, true), 300) << "TIME_WAIT ends before";
  EXPECT_EQ(rule.MsUntilFree(false, 42000, true), 42000);
}

TEST(ReuseRuleTest, ASettingThatCannotBeReadAllowsAllAtOnce) {
  for (const Sysctl unreadable : {Sysctl::kTwReuse, Sysctl::kTimestamps, Sysctl::kTwReuseDelay}) {
    Sysctls sysctls;
    for (const Sysctl set : {Sysctl::kTwReuse, Sysctl::kTimestamps, Sysctl::kTwReuseDelay}) {
      sysctls[set] = 1;
    }
    sysctls[unreadable] = absl::PermissionDeniedError("");
    const ReuseRule rule(sysctls);
    EXPECT_FALSE(rule.known());
    EXPECT_TRUE(Applies(rule, "10.0.0.1", "10.0.0.2"));
    EXPECT_EQ(rule.MsUntilFree(true, 60000), 0);
  }
}

TEST(ReuseRuleTest, OneSettingThatForbidsItIsEnoughToKnow) {
  Sysctls sysctls;
  sysctls[Sysctl::kTimestamps] = 0;
  EXPECT_TRUE(ReuseRule(sysctls).known());
  EXPECT_FALSE(Applies(ReuseRule(sysctls), "127.0.0.1", "127.0.0.1"));
}

}  // namespace
}  // namespace tcp_lifecycle
