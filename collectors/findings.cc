#include "collectors/findings.h"

#include "collectors/findings/rule.h"

namespace tcp_lifecycle {
namespace {

constexpr std::array<absl::string_view, 3> kLabels = {"netns", "rule", "severity"};

constexpr FamilyDescriptor kFinding = {
    "tcp_lifecycle_config_finding",
    prometheus::MetricType::Gauge,
    kLabels,
    "1 where the rule is broken, 0 where it was checked and is kept; absent where it cannot be "
    "checked.",
    "the rules of deploy/runbooks/findings.md",
    ""};

constexpr std::array kFamilies = {kFinding};

}  // namespace

std::span<const FamilyDescriptor> FindingsCollector::Families() const { return kFamilies; }

absl::Status FindingsCollector::Describe(const Snapshot& snapshot, FamilySet& out) const {
  const NamespaceSnapshot& ns = snapshot.own();
  absl::Status status;
  for (const Finding& finding : CheckAll({ns, settings_})) {
    const absl::Status& verdict = finding.verdict.status();
    if (verdict.ok()) {
      out.Add(kFinding,
              {ns.facts.netns.name, finding.rule->name, SeverityName(finding.rule->severity)},
              finding.raised() ? 1 : 0);
    } else if (!absl::IsNotFound(verdict)) {
      status.Update(verdict);
    }
  }
  return status;
}

}  // namespace tcp_lifecycle
