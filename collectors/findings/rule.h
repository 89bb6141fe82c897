// What is wrong with a namespace, or will be: rules, each a pure function of one pass's reports and
// facts. The findings collector, the page and the doctor check them all. CONTRIBUTING.md shows how
// to add one; deploy/runbooks/findings.md has a section for each, named like the rule.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "collectors/snapshot.h"

namespace tcp_lifecycle {

enum class Severity : uint8_t { kInfo, kWarning, kCritical };

// Label values, indexed by Severity.
inline constexpr std::array<absl::string_view, 3> kSeverityNames = {"info", "warning", "critical"};

constexpr absl::string_view SeverityName(Severity severity) {
  return kSeverityNames[static_cast<size_t>(severity)];
}

struct RuleInput {
  const NamespaceSnapshot& ns;
  const FindingSettings& settings;
};

// The line that explains what is wrong, with the numbers; nullopt: checked and fine. NotFound where
// it cannot be checked here: the kernel does not tell, or the collector is switched off. Any other
// error: what it depends on failed.
using Verdict = absl::StatusOr<std::optional<std::string>>;

struct Rule {
  absl::string_view name;  // label value, and the heading of its section in the runbook
  Severity severity;
  absl::string_view remedy;  // what to do, in a sentence or two
  Verdict (*check)(const RuleInput& input);
};

// In the order of the page.
std::span<const Rule> AllRules();

struct Finding {
  const Rule* rule;
  Verdict verdict;

  bool raised() const { return verdict.ok() && verdict->has_value(); }
};

// All rules, in their order.
std::vector<Finding> CheckAll(const RuleInput& input);

}  // namespace tcp_lifecycle
