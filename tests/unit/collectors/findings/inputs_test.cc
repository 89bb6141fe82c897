#include "collectors/findings/inputs.h"

#include "tests/unit/collectors/findings/healthy.h"

namespace tcp_lifecycle {
namespace {

TEST(InputsTest, AReportThatWasNeverMadeIsSwitchedOff) {
  NamespaceSnapshot ns = MakeHealthy();
  EXPECT_TRUE(ReportOf<PortsReport>(ns).ok());
  ns.reports.Remove<PortsReport>();
  EXPECT_TRUE(absl::IsNotFound(ReportOf<PortsReport>(ns).status()));
  ns.reports.Set<PortsReport>(absl::UnavailableError("stream"));
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
}

}  // namespace
}  // namespace tcp_lifecycle
