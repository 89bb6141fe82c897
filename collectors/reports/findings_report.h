// What is wrong with a namespace, or will be, by the rules of collectors/findings/.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "collectors/base/enum_rows.h"

namespace tcp_lifecycle {

enum class Severity : uint8_t { kInfo, kWarning, kCritical, kEnd };

// Label values, indexed by Severity.
inline constexpr std::array<absl::string_view, kCountOf<Severity>> kSeverityNames = {
    "info", "warning", "critical"};
static_assert(AreNamed(kSeverityNames));

constexpr absl::string_view SeverityName(Severity severity) {
  return kSeverityNames[static_cast<size_t>(severity)];
}

// The line that explains what is wrong, with the numbers; nullopt: checked and fine. NotFound where
// it cannot be checked: not on this kernel, or the collector that would know is switched off. Any
// other error: what it depends on failed.
using Verdict = absl::StatusOr<std::optional<std::string>>;

struct RuleInfo {
  absl::string_view name;  // label value, and the heading of its section in the runbook
  Severity severity;
  absl::string_view remedy;  // what to do, in a sentence or two
};

struct Finding {
  const RuleInfo* rule;  // lives for the process
  Verdict verdict;

  bool raised() const { return verdict.ok() && verdict->has_value(); }
};

struct FindingsReport {
  std::vector<Finding> findings;  // one for each rule, in the order of the page
};

}  // namespace tcp_lifecycle
