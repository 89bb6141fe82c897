#include "exporter/commands/host_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/capability.h>

#include "absl/strings/str_split.h"
#include "exporter/commands/capability_names.h"

namespace tcp_lifecycle {
namespace {

using ::testing::AllOf;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr uint64_t kBpfRights = uint64_t{1} << CAP_BPF | uint64_t{1} << CAP_PERFMON;

// A host on which everything works.
HostFacts Good() {
  HostFacts facts;
  facts.exporter = "1.2.3";
  facts.kernel = "Linux 6.18.44 x86_64";
  facts.capabilities = ~uint64_t{0};
  facts.readers = {{"bpf", absl::OkStatus(), true},
                   {"sock_diag", absl::OkStatus()},
                   {"procfs", absl::OkStatus()}};
  facts.self_check = ReaderCheck{.compared = 213, .moving = 2, .disagreements = {}};
  facts.namespaces = facts.namespaces_read = 3;
  return facts;
}

HostFacts Wrong() {
  HostFacts facts = Good();
  facts.self_check = ReaderCheck{
      .compared = 17,
      .moving = 0,
      .disagreements = {{CheckedField::kTimer, "10.0.0.1:1 -> 10.0.0.2:80", "none", "keepalive"}}};
  return facts;
}

HostFacts Unprivileged() {
  HostFacts facts = Good();
  facts.capabilities = 0;
  facts.bpf_allowed = absl::PermissionDeniedError("needs CAP_BPF and CAP_PERFMON");
  facts.readers[0].status = absl::PermissionDeniedError("loading the BPF walk");
  facts.self_check.reset();
  facts.failed_connections = absl::PermissionDeniedError("loading the counters");
  return facts;
}

TEST(HostCheck, GoodHostIsFineAndNeedsNoAdvice) {
  EXPECT_EQ(ExitStatusOf(Good()), 0);
  const std::string text = ToText(Good());
  EXPECT_THAT(
      text, AllOf(HasSubstr("kernel              Linux 6.18.44 x86_64\n"),
                  HasSubstr("capabilities        all\n"), HasSubstr("reader bpf          works\n"),
                  HasSubstr("chosen by auto      bpf\n"),
                  HasSubstr("sock_diag: 213 (changed meanwhile: 2); with the ports of listeners, "
                            "disagreements: 0\n"),
                  HasSubstr("other namespaces    3 found, 3 can be read\n")));
  EXPECT_THAT(text, Not(HasSubstr("would add")));
}

TEST(HostCheck, ReaderThatDisagreesIsNotTakenAndBothValuesAreShown) {
  EXPECT_EQ(ExitStatusOf(Wrong()), 1);
  const HostFacts wrong = Wrong();
  EXPECT_EQ(ReaderOf(wrong)->name, "sock_diag");
  EXPECT_THAT(ToText(Wrong()), HasSubstr("10.0.0.1:1 -> 10.0.0.2:80: timer is none by BPF, "
                                         "keepalive by sock_diag\n"));
}

TEST(HostCheck, WithoutRightsSockDiagIsTheBestAndTheRightsAreNamed) {
  EXPECT_EQ(ExitStatusOf(Unprivileged()), 0);
  EXPECT_THAT(ToText(Unprivileged()),
              AllOf(HasSubstr("reader bpf          no: loading the BPF walk\n"),
                    HasSubstr("BPF would add"), HasSubstr("  but needs CAP_BPF and CAP_PERFMON\n"),
                    HasSubstr("self-check          no BPF reader to check\n")));
}

TEST(HostCheck, WithTheRightsAReaderThatDoesNotLoadIsAFault) {
  HostFacts facts = Unprivileged();
  facts.bpf_allowed = absl::OkStatus();
  facts.readers[0].status = absl::UnimplementedError("no kfunc");
  EXPECT_EQ(ExitStatusOf(facts), 1);
  EXPECT_THAT(ToText(facts), HasSubstr("but no BPF reader can be used"));
  facts.bpf_allowed = absl::UnavailableError("--no-bpf excludes it");
  EXPECT_EQ(ExitStatusOf(facts), 0);
  EXPECT_THAT(ToText(facts), HasSubstr("but --no-bpf excludes it"));
}

TEST(HostCheck, CheckThatCouldNotRunProvesNothing) {
  HostFacts facts = Good();
  facts.self_check = absl::PermissionDeniedError("seccomp");
  EXPECT_EQ(ExitStatusOf(facts), 1);
  EXPECT_THAT(ToText(facts), HasSubstr("not possible: seccomp"));
}

TEST(HostCheck, ProcfsAloneIsNotTheBest) {
  HostFacts facts = Unprivileged();
  facts.readers[1].status = absl::UnimplementedError("no netlink");
  EXPECT_EQ(ReaderOf(facts)->name, "procfs");
  EXPECT_EQ(ExitStatusOf(facts), 1);
  facts.readers[2].status = absl::NotFoundError("/proc");
  EXPECT_THAT(ToText(facts), HasSubstr("chosen by auto      none"));
  EXPECT_EQ(ExitStatusOf(facts), 1);
}

TEST(HostCheck, NamespacesThatCannotBeReadNameTheRights) {
  HostFacts facts = Good();
  facts.capabilities = kBpfRights;
  facts.namespaces_read = 1;
  facts.namespaces_status = absl::PermissionDeniedError("setns");
  EXPECT_THAT(ToText(facts), AllOf(HasSubstr("3 found, 1 can be read: setns"),
                                   HasSubstr("CAP_SYS_ADMIN and CAP_SYS_PTRACE")));
}

TEST(HostCheck, RightsAreNamedWhereTheyAreWhatIsMissing) {
  HostFacts facts = Good();
  facts.capabilities = kBpfRights;
  EXPECT_THAT(ToText(facts), Not(HasSubstr("rights would add"))) << "all can be read";
  facts.namespaces_status = absl::PermissionDeniedError("2 are hidden");
  EXPECT_THAT(ToText(facts), HasSubstr("rights would add"));
  facts.namespaces_status = absl::OkStatus();
  facts.namespaces_read = 2;
  for (const uint64_t one : {uint64_t{1} << CAP_SYS_ADMIN, uint64_t{1} << CAP_SYS_PTRACE}) {
    facts.capabilities = one;
    EXPECT_THAT(ToText(facts), HasSubstr("rights would add"));
  }
  facts.capabilities = uint64_t{1} << CAP_SYS_ADMIN | uint64_t{1} << CAP_SYS_PTRACE;
  EXPECT_THAT(ToText(facts), Not(HasSubstr("rights would add"))) << "they are there";
}

TEST(HostCheck, OfManyDisagreementsTenAreShown) {
  HostFacts facts = Wrong();
  std::vector<Disagreement>& found = (*facts.self_check)->disagreements;
  found.resize(12, found.front());
  const std::vector<std::string> parts = absl::StrSplit(ToText(facts), "timer is none by BPF");
  EXPECT_EQ(parts.size() - 1, 10u);
  EXPECT_THAT(ToText(facts), HasSubstr("disagreements: 12\n"));
}

TEST(HostCheck, ALongNameLeavesASpaceBeforeItsText) {
  HostFacts facts = Good();
  facts.readers.push_back({"with_a_very_long_name", absl::OkStatus()});
  EXPECT_THAT(ToText(facts), HasSubstr("\nreader with_a_very_long_name works\n"));
}

TEST(HostCheck, FormsOfTheKernelFollowItsBtf) {
  HostFacts facts = Good();
  facts.forms = {{"sock.timer", "absent"}, {"sock.range", "integer"}};
  EXPECT_THAT(ToText(facts),
              ContainsRegex("\nBTF +yes; of the fields that differ between kernels\n +sock.timer: "
                            "absent\n +sock.range: integer\n"));
}

TEST(CapabilityNames, AreTheKernels) {
  EXPECT_EQ(CapabilityNames(0), "none");
  EXPECT_EQ(CapabilityNames(kBpfRights | 1), "CAP_CHOWN, CAP_PERFMON, CAP_BPF");
  EXPECT_EQ(CapabilityNames(~uint64_t{0}), "all");
  EXPECT_EQ(CapabilityNames(~kBpfRights), "all but CAP_PERFMON, CAP_BPF");
  EXPECT_THAT(CapabilityNames(~uint64_t{0x3ff}), StartsWith("all but CAP_CHOWN, ")) << "ten";
  EXPECT_THAT(CapabilityNames(~uint64_t{0x7ff}), StartsWith("CAP_NET_BROADCAST, ")) << "eleven";
}

}  // namespace
}  // namespace tcp_lifecycle
