#include "collectors/findings/inputs.h"

#include "tests/unit/collectors/findings/healthy.h"

namespace tcp_lifecycle {
namespace {

TEST(InputsTest, AReportThatWasNeverMadeIsSwitchedOff) {
  NamespaceSnapshot ns = MakeHealthy();
  EXPECT_TRUE(ReportOf<PortsReport>(ns).ok());
  ns.Get<PortsReport>() = absl::StatusOr<PortsReport>();
  EXPECT_TRUE(absl::IsNotFound(ReportOf<PortsReport>(ns).status()));
  ns.Get<PortsReport>() = absl::UnavailableError("stream");
  EXPECT_EQ(ReportOf<PortsReport>(ns).status(), absl::UnavailableError("stream"));
}

TEST(InputsTest, TheSettingThatIsMissingTellsWhyReuseIsUnknown) {
  NamespaceSnapshot ns = MakeHealthy();
  Sysctls& sysctls = ns.facts.sysctls;
  EXPECT_TRUE(ReuseSettings(sysctls).ok());
  sysctls[Sysctl::kTwReuseDelay] = absl::NotFoundError("older kernel");
  EXPECT_TRUE(ReuseSettings(sysctls).ok());
  sysctls[Sysctl::kTwReuseDelay] = absl::UnavailableError("delay");
  EXPECT_EQ(ReuseSettings(sysctls), absl::UnavailableError("delay"));
  sysctls[Sysctl::kTimestamps] = absl::UnavailableError("timestamps");
  EXPECT_EQ(ReuseSettings(sysctls), absl::UnavailableError("timestamps"));
  sysctls[Sysctl::kTwReuse] = 0;
  EXPECT_TRUE(ReuseSettings(sysctls).ok()) << "never is known whatever the rest";
}

TEST(InputsTest, TheWorstDestinationIsNamedAndTheOthersAreCounted) {
  PortsReport report;
  report.capacity.usable = 100;
  AddDestination(report, "10.0.0.2", 1);
  AddDestination(report, "10.0.0.3", 3);
  AddDestination(report, "2001:db8::1", 3);
  const auto used_above = [&](uint32_t least) {
    return FindCulprits(report, [&](const auto& d) { return d.used > least ? d.used : 0; });
  };
  EXPECT_EQ(used_above(0).worst, &report.destinations[1]);
  EXPECT_EQ(TextOfOthers(used_above(0)), " Likewise at least 2 other destinations.");
  EXPECT_EQ(TextOfOthers(used_above(1)), " Likewise at least 1 other destination.");
  EXPECT_EQ(used_above(3).worst, nullptr);
  EXPECT_EQ(TextOfOthers(used_above(3)), "");
  EXPECT_EQ(TextOf(report.destinations[1]), "10.0.0.1 -> 10.0.0.3:80");
  EXPECT_EQ(TextOf(report.destinations[2]), "10.0.0.1 -> [2001:db8::1]:80");
}

TEST(InputsTest, NumbersAreShort) {
  EXPECT_EQ(Rounded(0), "0");
  EXPECT_EQ(Rounded(0.16), "0.2");
  EXPECT_EQ(Rounded(470.53), "470.5");
  EXPECT_EQ(Rounded(59.97), "60");
  EXPECT_EQ(Rounded(28232000), "28232000");
  EXPECT_EQ(Count(0, "port"), "0 ports");
  EXPECT_EQ(Count(1, "port"), "1 port");
}

TEST(InputsTest, PercentRoundsDown) {
  EXPECT_EQ(Percent(799, 1000), 79);
  EXPECT_EQ(Percent(800, 1000), 80);
  EXPECT_EQ(Percent(0, 0), 100);
}

}  // namespace
}  // namespace tcp_lifecycle
