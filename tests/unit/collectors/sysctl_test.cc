#include "collectors/sysctl.h"

#include <gtest/gtest.h>

#include "tests/unit/collectors/metrics_page.h"

namespace tcp_lifecycle {
namespace {

Page PageOf(const Snapshot& snapshot) { return Page(SysctlCollector(), snapshot); }

TEST(SysctlTest, EachSettingHasItsOwnValue) {
  const Page page = PageOf(MakeSnapshot());
  EXPECT_TRUE(page.status().ok()) << page.status();
  const std::map<std::string, Sysctl> settings = {
      {"tw_reuse", Sysctl::kTwReuse},
      {"tw_recycle", Sysctl::kTwRecycle},
      {"timestamps", Sysctl::kTimestamps},
      {"fin_timeout_seconds", Sysctl::kFinTimeout},
      {"max_orphans", Sysctl::kMaxOrphans},
      {"keepalive_time_seconds", Sysctl::kKeepaliveTime},
      {"keepalive_interval_seconds", Sysctl::kKeepaliveInterval},
      {"keepalive_probes", Sysctl::kKeepaliveProbes},
      {"syn_retries", Sysctl::kSynRetries},
      {"synack_retries", Sysctl::kSynAckRetries},
      {"retries1", Sysctl::kRetries1},
      {"retries2", Sysctl::kRetries2},
      {"orphan_retries", Sysctl::kOrphanRetries},
      {"max_syn_backlog", Sysctl::kMaxSynBacklog},
      {"somaxconn", Sysctl::kSomaxconn},
      {"syncookies", Sysctl::kSyncookies},
      {"abort_on_overflow", Sysctl::kAbortOnOverflow},
      {"rfc1337", Sysctl::kRfc1337},
      {"ip_unprivileged_port_start", Sysctl::kUnprivilegedPortStart},
      {"ip_autobind_reuse", Sysctl::kAutobindReuse},
      {"ip_local_port_step_width", Sysctl::kPortStepWidth},
      {"ehash_entries", Sysctl::kEhashEntries},
      {"child_ehash_entries", Sysctl::kChildEhashEntries},
  };
  for (const auto& [name, sysctl] : settings) {
    EXPECT_EQ(page["sysctl_" + name], 100 + static_cast<int>(sysctl)) << name;
  }
  EXPECT_EQ(page.size(), settings.size() + 1) << "and the delay, which has another unit";
}

TEST(SysctlTest, TheReuseDelayIsGivenInSeconds) {
  Snapshot snapshot = MakeSnapshot();
  snapshot.namespaces[0].facts.sysctls[Sysctl::kTwReuseDelay] = 1500;
  EXPECT_EQ(PageOf(snapshot)["sysctl_tw_reuse_delay_seconds"], 1.5);
}

TEST(SysctlTest, AnotherNamespaceThatSharesTheTableOfConnectionsDoesNotDiffer) {
  Snapshot snapshot = MakeSnapshot();
  for (const char* name : {"shares", "other"}) snapshot.namespaces.push_back(MakeNamespace(name));
  snapshot.namespaces[0].facts.sysctls[Sysctl::kEhashEntries] = 262144;
  snapshot.namespaces[1].facts.sysctls[Sysctl::kEhashEntries] = -262144;
  snapshot.namespaces[2].facts.sysctls[Sysctl::kEhashEntries] = 4096;
  const Page page = PageOf(snapshot);
  EXPECT_EQ(page["sysctl_ehash_entries"], 262144);
  EXPECT_EQ(page["sysctl_ehash_entries{netns=shares}"], std::nullopt);
  EXPECT_EQ(page["sysctl_ehash_entries{netns=other}"], 4096);
  snapshot.namespaces[1].facts.sysctls[Sysctl::kAutobindReuse] = -121;
  EXPECT_EQ(PageOf(snapshot)["sysctl_ip_autobind_reuse{netns=shares}"], -121);
}

TEST(SysctlTest, ASettingThatThisKernelDoesNotHaveIsAbsentAndNoError) {
  Snapshot snapshot = MakeSnapshot();
  snapshot.namespaces[0].facts.sysctls[Sysctl::kTwRecycle] = absl::NotFoundError("");
  const Page page = PageOf(snapshot);
  EXPECT_TRUE(page.status().ok());
  EXPECT_EQ(page["sysctl_tw_recycle"], std::nullopt);
  EXPECT_EQ(page.size(), kSysctlCount - 2);
}

TEST(SysctlTest, AnUnreadableSettingIsAnErrorAndLeavesTheOthers) {
  Snapshot snapshot = MakeSnapshot();
  snapshot.namespaces[0].facts.sysctls[Sysctl::kRetries1] = absl::DataLossError("retries1");
  const Page page = PageOf(snapshot);
  EXPECT_EQ(page.status(), absl::DataLossError("retries1"));
  EXPECT_EQ(page.size(), kSysctlCount - 2);
}

TEST(SysctlTest, AZeroIsAValue) {
  Snapshot snapshot = MakeSnapshot();
  snapshot.namespaces[0].facts.sysctls[Sysctl::kTwReuse] = 0;
  EXPECT_EQ(PageOf(snapshot)["sysctl_tw_reuse"], 0);
}

TEST(SysctlTest, UnreadableSettingsAreAnErrorAndNothingElse) {
  Snapshot snapshot = MakeSnapshot();
  FailFacts(snapshot.namespaces[0].facts);
  const Page page = PageOf(snapshot);
  EXPECT_EQ(page.status(), absl::UnavailableError("sysctls"));
  EXPECT_EQ(page.size(), 0);
}

TEST(SysctlTest, OfAnotherNamespaceOnlyWhatDiffersIsTold) {
  Snapshot snapshot = MakeSnapshot();
  snapshot.namespaces.push_back(MakeNamespace("other"));
  snapshot.namespaces[1].facts.sysctls[Sysctl::kTwReuse] = 1;
  const Page page = PageOf(snapshot);
  EXPECT_EQ(page["sysctl_tw_reuse"], 100);
  EXPECT_EQ(page["sysctl_tw_reuse{netns=other}"], 1);
  EXPECT_EQ(page["sysctl_timestamps{netns=other}"], std::nullopt);
}

TEST(SysctlTest, ANamespaceThatFailsLeavesTheOthersSettings) {
  Snapshot snapshot = MakeSnapshot();
  snapshot.namespaces.push_back(MakeNamespace("other"));
  FailFacts(snapshot.namespaces[0].facts);
  const Page page = PageOf(snapshot);
  EXPECT_EQ(page.status(), absl::UnavailableError("sysctls"));
  EXPECT_EQ(page["sysctl_tw_reuse{netns=other}"], 100);
}

}  // namespace
}  // namespace tcp_lifecycle
