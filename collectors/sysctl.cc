#include "collectors/sysctl.h"

#include <algorithm>
#include <array>

#include "collectors/reports/snapshot.h"

namespace tcp_lifecycle {
namespace {

constexpr bool IsExported(const SysctlRow& row) { return !row.metric.empty(); }

// In the order of the rows.
constexpr auto kFamilies = [] {
  std::array<FamilyDescriptor, std::ranges::count_if(kSysctlTable, IsExported)> families = {};
  size_t next = 0;
  for (const SysctlRow& row : kSysctlTable) {
    if (!IsExported(row)) continue;
    families[next++] = Gauge(row.metric, {}, row.help, {row.path, {Fact::kSysctls}})
                           .Of(Scope::kEveryNamespace)
                           .Since(row.since);
  }
  return families;
}();

// The page shows another namespace's setting only where it differs. One that shares a table of
// connections has its size as a negative number.
bool Same(Sysctl sysctl, int64_t own, int64_t other) {
  return own == other || (sysctl == Sysctl::kEhashEntries && own == -other);
}

}  // namespace

std::span<const FamilyDescriptor> SysctlCollector::Families() const { return kFamilies; }

absl::Status SysctlCollector::Describe(const Snapshot& snapshot, FamilySet& out) const {
  absl::Status status;
  const FamilyDescriptor* family = kFamilies.data();
  for (const SysctlRow& row : kSysctlTable) {
    if (!IsExported(row)) continue;
    const absl::StatusOr<int64_t>& own = snapshot.own().facts.sysctls[row.id];
    for (const NamespaceSnapshot& ns : snapshot.namespaces) {
      const absl::StatusOr<int64_t>& value = ns.facts.sysctls[row.id];
      if (!value.ok() || (ns.facts.netns.foreign && own.ok() && Same(row.id, *own, *value))) {
        continue;
      }
      out.Add(*family, {ns.facts.netns.name}, static_cast<double>(*value) / row.per_unit);
    }
    ++family;
    if (!absl::IsNotFound(own.status())) status.Update(own.status());
  }
  return status;
}

}  // namespace tcp_lifecycle
