#include <algorithm>

#include "collectors/reports/findings_report.h"
#include "exporter/http/page/sections.h"

namespace tcp_lifecycle {
namespace {

Html Item(const Finding& finding) {
  return Fill(R"(<li class="$0"><strong>$0</strong> $1<small>$2 <code>$3</code></small></li>)",
              SeverityName(finding.rule->severity), **finding.verdict, finding.rule->remedy,
              finding.rule->name);
}

}  // namespace

Html FindingsSection(const SectionInput& input) {
  const auto* report = input.ns.reports.Get<FindingsReport>();
  if (report == nullptr) {
    return Section("findings", "Findings", Missing<FindingsReport>(input.ns, "findings"));
  }
  std::vector<Finding> findings = report->findings;
  const auto checked = static_cast<uint64_t>(
      std::ranges::count_if(findings, [](const Finding& f) { return f.verdict.ok(); }));
  const uint64_t unchecked = findings.size() - checked;
  std::erase_if(findings, [](const Finding& finding) { return !finding.raised(); });
  std::ranges::stable_sort(findings, std::ranges::greater(),
                           [](const Finding& finding) { return finding.rule->severity; });
  Html items;
  for (const Finding& finding : findings) items += Item(finding);
  Html body = findings.empty() ? Html() : Fill(R"(<ul class="findings">$0</ul>)", items);
  body += Fill(R"(<p class="note">$0 of $1 rules are kept; $2 cannot be checked here.</p>)",
               checked - findings.size(), checked, unchecked);
  return Section("findings", "Findings", body);
}

}  // namespace tcp_lifecycle
