#include "exporter/doctor/finding.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace tcp_lifecycle {

std::vector<std::vector<DoctorFinding>> DoctorFindings::Problems() const {
  std::vector<std::vector<DoctorFinding>> problems;
  for (const DoctorFinding& finding : raised) {
    const auto same = std::ranges::find_if(problems, [&](const auto& problem) {
      return problem.front().rule->remedy == finding.rule->remedy;
    });
    if (same == problems.end()) {
      problems.push_back({finding});
    } else {
      same->push_back(finding);
    }
  }
  return problems;
}

bool DoctorFindings::Has(Severity severity) const {
  return std::ranges::any_of(
      raised, [&](const DoctorFinding& finding) { return finding.rule->severity == severity; });
}

size_t DoctorFindings::ProblemsOf(Severity severity) const {
  return static_cast<size_t>(std::ranges::count_if(
      Problems(), [&](const auto& problem) { return problem.front().rule->severity == severity; }));
}

DoctorFindings FindingsOf(const Reports& first, const Reports& second) {
  DoctorFindings findings;
  const auto* first_report = first.Get<FindingsReport>();
  const auto* second_report = second.Get<FindingsReport>();
  if (first_report == nullptr || second_report == nullptr) return findings;
  const std::vector<Finding>& before = first_report->findings;
  const std::vector<Finding>& now = second_report->findings;
  for (size_t i = 0; i < now.size(); ++i) {
    if (!now[i].verdict.ok()) {
      findings.unchecked.push_back({now[i].rule, now[i].verdict.status()});
      continue;
    }
    ++findings.checked;
    if (now[i].raised()) {
      findings.raised.push_back({now[i].rule, **now[i].verdict, false});
    } else if (before[i].raised()) {
      findings.raised.push_back({before[i].rule, **before[i].verdict, true});
    }
  }
  std::stable_sort(
      findings.raised.begin(), findings.raised.end(),
      [](const auto& a, const auto& b) { return a.rule->severity > b.rule->severity; });
  return findings;
}

std::string RunbookOf(const RuleInfo& rule) {
  return absl::StrCat("deploy/runbooks/findings.md#", rule.name);
}

}  // namespace tcp_lifecycle
