// The rules over two samples: what is wrong, and what could not be checked. Pure.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "collectors/reports/findings_report.h"
#include "collectors/reports/reports.h"

namespace tcp_lifecycle {

struct DoctorFinding {
  const RuleInfo* rule = nullptr;
  std::string line;   // what is wrong, with the numbers
  bool over = false;  // in the first sample only: it comes and goes
};

struct UncheckedRule {
  const RuleInfo* rule = nullptr;
  absl::Status why;  // NotFound: not checkable here; else what it depends on failed
};

struct DoctorFindings {
  std::vector<DoctorFinding> raised;  // worst first, else in the order of the rules
  std::vector<UncheckedRule> unchecked;
  size_t checked = 0;

  // Those with one remedy are one problem, as bad as the worst of them.
  std::vector<std::vector<DoctorFinding>> Problems() const;
  size_t ProblemsOf(Severity severity) const;
  bool Has(Severity severity) const;
};

// A rule is raised when it is in either sample: what is over for a moment is not mended. Both have
// findings: the doctor runs with that collector.
DoctorFindings FindingsOf(const Reports& first, const Reports& second);

// Where the runbook explains the rule, from the root of the repository.
std::string RunbookOf(const RuleInfo& rule);

}  // namespace tcp_lifecycle
