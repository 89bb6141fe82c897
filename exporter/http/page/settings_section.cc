#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "exporter/http/page/sections.h"

namespace tcp_lifecycle {

Html SettingsSection(const SectionInput& input) {
  const absl::StatusOr<Sysctls>& sysctls = input.ns.facts.sysctls;
  if (!sysctls.ok()) return Section("settings", "Settings", Problem(sysctls.status()));
  Html rows;
  for (size_t i = 0; i < kSysctlCount; ++i) {
    const std::optional<int64_t> value = (*sysctls)[static_cast<Sysctl>(i)];
    rows += Fill("<div><dt>$0</dt><dd>$1</dd></div>",
                 absl::StrReplaceAll(kSysctlPaths[i], {{"/", "."}}),
                 value.has_value() ? ToHtml(absl::StrCat(*value)) : Absent());
  }
  return Section("settings", "Settings", Fill("<dl class=\"settings\">$0</dl>", rows));
}

}  // namespace tcp_lifecycle
