#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "exporter/http/page/sections.h"

namespace tcp_lifecycle {

Html SettingsSection(const SectionInput& input) {
  Html rows;
  for (const SysctlRow& row : kSysctlTable) {
    const absl::StatusOr<int64_t>& value = input.ns.facts.sysctls[row.id];
    rows += Fill("<div><dt>$0</dt><dd>$1</dd></div>", absl::StrReplaceAll(row.path, {{"/", "."}}),
                 value.ok() ? ToHtml(absl::StrCat(*value)) : AbsentOr(value.status()));
  }
  return Section("settings", "Settings", Fill(R"(<dl class="settings">$0</dl>)", rows));
}

}  // namespace tcp_lifecycle
