#include "collectors/findings/rule.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "tests/unit/collectors/findings/healthy.h"

namespace tcp_lifecycle {
namespace {

using ::testing::AnyOf;

// Sections of the runbook by heading, in its order.
std::vector<std::pair<std::string, std::string>> Sections() {
  std::ifstream file(TLE_RUNBOOK);
  EXPECT_TRUE(file.good()) << TLE_RUNBOOK;
  std::stringstream text;
  text << file.rdbuf();
  std::vector<std::pair<std::string, std::string>> sections;
  for (absl::string_view line : absl::StrSplit(text.str(), '\n')) {
    if (absl::ConsumePrefix(&line, "## ")) {
      sections.emplace_back(line, "");
    } else if (!sections.empty()) {
      absl::StrAppend(&sections.back().second, line, "\n");
    }
  }
  return sections;
}

// SyncookiesOffTest for syncookies_off.
std::string SuiteOf(absl::string_view rule) {
  std::string suite;
  for (const absl::string_view word : absl::StrSplit(rule, '_')) {
    absl::StrAppend(&suite, std::string(1, absl::ascii_toupper(word[0])), word.substr(1));
  }
  return absl::StrCat(suite, "Test");
}

bool HasTest(const std::string& suite, const std::string& prefix) {
  const auto* unit_test = ::testing::UnitTest::GetInstance();
  for (int i = 0; i < unit_test->total_test_suite_count(); ++i) {
    const auto* candidate = unit_test->GetTestSuite(i);
    if (candidate->name() != suite) continue;
    for (int j = 0; j < candidate->total_test_count(); ++j) {
      if (absl::StartsWith(candidate->GetTestInfo(j)->name(), prefix)) return true;
    }
  }
  return false;
}

// With all that a user may say.
const FindingSettings& Configured() {
  static const FindingSettings settings = {.idle_timeout_seconds = 240,
                                           .service_ports = ParsePortSet("30000-32767").value()};
  return settings;
}

TEST(RuleTest, InAHealthyNamespaceEachRuleIsCheckedAndFine) {
  const NamespaceSnapshot ns = MakeHealthy();
  const std::vector<Finding> findings = CheckAll({ns, Configured()});
  ASSERT_EQ(findings.size(), AllRules().size());
  for (size_t i = 0; i < findings.size(); ++i) {
    EXPECT_EQ(findings[i].rule, &AllRules()[i]);
    EXPECT_THAT(findings[i].verdict, Fine()) << findings[i].rule->name;
    EXPECT_FALSE(findings[i].raised());
  }
}

TEST(RuleTest, WithoutAnyFactNoRuleIsRaised) {
  NamespaceSnapshot ns;
  for (const Finding& finding : CheckAll({ns, {}})) {
    EXPECT_FALSE(finding.raised()) << finding.rule->name;
  }
}

// One of them fails at a time.
TEST(RuleTest, AFailureOfAnInputIsTheVerdictOrLeavesTheRuleFine) {
  const absl::Status gone = absl::UnavailableError("gone");
  std::vector<NamespaceSnapshot> snapshots;
  for (const SysctlRow& row : kSysctlTable) {
    snapshots.emplace_back(MakeHealthy()).facts.sysctls[row.id] = gone;
  }
  snapshots.emplace_back(MakeHealthy()).facts.socket_memory_limit = gone;
  snapshots.emplace_back(MakeHealthy()).facts.ephemeral_ports = gone;
  snapshots.emplace_back(MakeHealthy()).facts.sockstat = gone;
  snapshots.emplace_back(MakeHealthy()).reports.Set<PortsReport>(gone);
  snapshots.emplace_back(MakeHealthy()).reports.Set<ListenReport>(gone);
  snapshots.emplace_back(MakeHealthy()).reports.Set<KeepaliveReport>(gone);
  for (const Rule& rule : AllRules()) {
    size_t failed = 0;
    for (const NamespaceSnapshot& ns : snapshots) {
      const Verdict verdict = rule.check({ns, Configured()});
      if (!verdict.ok()) ++failed;
      EXPECT_THAT(verdict, AnyOf(Fine(), Failed("gone"))) << rule.name;
    }
    EXPECT_GT(failed, 0u) << rule.name;
  }
}

TEST(RuleTest, NamesAreUniqueAndSnakeCase) {
  std::set<absl::string_view> names;
  for (const Rule& rule : AllRules()) {
    EXPECT_TRUE(names.insert(rule.name).second) << rule.name;
    EXPECT_TRUE(std::ranges::all_of(rule.name, [](unsigned char c) {
      return absl::ascii_islower(c) || c == '_';
    })) << rule.name;
  }
}

TEST(RuleTest, RemediesAreShortSentencesOfAscii) {
  for (const Rule& rule : AllRules()) {
    EXPECT_TRUE(absl::EndsWith(rule.remedy, ".")) << rule.name;
    EXPECT_LE(rule.remedy.size(), 220) << rule.name;
    EXPECT_TRUE(std::ranges::all_of(rule.remedy, [](unsigned char c) {
      return absl::ascii_isprint(c);
    })) << rule.name;
  }
}

TEST(RuleTest, EachRuleHasTestsThatRaiseAndClearIt) {
  for (const Rule& rule : AllRules()) {
    const std::string suite = SuiteOf(rule.name);
    EXPECT_TRUE(HasTest(suite, "Raised")) << suite;
    EXPECT_TRUE(HasTest(suite, "Cleared")) << suite;
  }
}

TEST(RuleTest, TheRunbookHasASectionForEachRuleInTheSameOrder) {
  std::vector<std::string> expected;
  for (const Rule& rule : AllRules()) expected.emplace_back(rule.name);
  expected.emplace_back("Folklore");
  std::vector<std::string> headings;
  for (const auto& [heading, text] : Sections()) headings.push_back(heading);
  EXPECT_EQ(headings, expected);
}

TEST(RuleTest, ASectionOfTheRunbookIsWholeAndNamesTheSeverity) {
  std::map<std::string, std::string> sections;
  for (const auto& [heading, text] : Sections()) sections[heading] = text;
  for (const Rule& rule : AllRules()) {
    const std::string& text = sections[std::string(rule.name)];
    EXPECT_TRUE(absl::StartsWith(text, absl::StrCat("\n", SeverityName(rule.severity), ". ")))
        << rule.name;
    for (const char* part :
         {"**Meaning.** ", "**Impact.** ", "**Check.**", "```sh\n", "**Do.**", "**Not.** "}) {
      EXPECT_TRUE(absl::StrContains(text, part)) << rule.name << " lacks " << part;
    }
  }
}

}  // namespace
}  // namespace tcp_lifecycle
