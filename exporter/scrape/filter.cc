#include "exporter/scrape/filter.h"

#include <algorithm>

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace tcp_lifecycle {
namespace {

constexpr size_t kShownNameBytes = 64;

bool Contains(const std::vector<std::string>& names, absl::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

absl::Status CheckName(absl::string_view parameter, absl::string_view name,
                       const CollectorNames& names) {
  if (Contains(names.enabled, name)) return absl::OkStatus();
  if (Contains(names.all, name)) {
    return absl::InvalidArgumentError(
        absl::StrCat(parameter, ": collector \"", name, "\" is disabled"));
  }
  return absl::InvalidArgumentError(absl::StrCat(parameter, ": unknown collector \"",
                                                 absl::CHexEscape(name.substr(0, kShownNameBytes)),
                                                 "\"; known are ", absl::StrJoin(names.all, ", ")));
}

}  // namespace

bool CollectorFilter::Wants(absl::string_view name) const {
  return Contains(names_, name) == collect_;
}

absl::StatusOr<CollectorFilter> ParseFilter(const std::vector<std::string>& collect,
                                            const std::vector<std::string>& exclude,
                                            const CollectorNames& names) {
  if (!collect.empty() && !exclude.empty()) {
    return absl::InvalidArgumentError("collect[] and exclude[] cannot be combined");
  }
  for (const std::string& name : collect) {
    if (absl::Status status = CheckName("collect[]", name, names); !status.ok()) return status;
  }
  for (const std::string& name : exclude) {
    if (absl::Status status = CheckName("exclude[]", name, names); !status.ok()) return status;
  }
  return collect.empty() ? CollectorFilter(false, exclude) : CollectorFilter(true, collect);
}

}  // namespace tcp_lifecycle
