#include "collectors/findings.h"

#include "collectors/findings/rule.h"
#include "collectors/reports/findings_report.h"
#include "collectors/reports/snapshot.h"

namespace tcp_lifecycle {
namespace {

constexpr FamilyDescriptor kFinding =
    Gauge("config_finding", {"rule", "severity"},
          "1 where the rule is broken, 0 where it was checked and is kept; absent where it cannot "
          "be checked.",
          "the rules of deploy/runbooks/findings.md");

constexpr std::array kFamilies = {kFinding};

}  // namespace

std::span<const FamilyDescriptor> FindingsCollector::Families() const { return kFamilies; }

void FindingsCollector::Conclude(Snapshot& snapshot) const {
  NamespaceSnapshot& own = snapshot.namespaces.front();
  own.reports.Set<FindingsReport>(FindingsReport{CheckAll({own, settings_})});
}

absl::Status FindingsCollector::Describe(const Snapshot& snapshot, FamilySet& out) const {
  const NamespaceSnapshot& ns = snapshot.own();
  const auto* report = ns.reports.Get<FindingsReport>();
  if (report == nullptr) return ns.reports.StatusOf<FindingsReport>();
  absl::Status status;
  for (const Finding& finding : report->findings) {
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
