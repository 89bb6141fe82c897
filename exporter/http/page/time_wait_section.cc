#include <array>

#include "absl/strings/str_cat.h"
#include "collectors/reports/time_wait_report.h"
#include "exporter/http/page/sections.h"

namespace tcp_lifecycle {
namespace {

struct RoleRow {
  Role id;
  absl::string_view css_class;
  absl::string_view name;
  absl::string_view note;
};

constexpr std::array<RoleRow, kRoleCount> kRoles = {{
    {Role::kOutbound, "used", "Outbound", "each holds an ephemeral port"},
    {Role::kInbound, "inbound", "Inbound", "opened by the peer; no port of ours"},
    {Role::kUnknown, "free", "Unknown", "neither end told which opened it"},
}};
static_assert(IsTableOf(kRoles));

Html ByRole(const TimeWaitReport& report) {
  uint64_t total = 0;
  for (const uint64_t sockets : report.sockets) total += sockets;
  std::array<Segment, kRoleCount> segments;
  Html rows;
  for (size_t i = 0; i < kRoleCount; ++i) {
    const RoleRow& row = kRoles[i];
    const uint64_t sockets = report.sockets[i];
    segments[i] = {static_cast<double>(sockets), row.css_class};
    rows += Fill(R"(<tr><th scope="row"><span class="key $0"></span>$1<small>$2</small></th>)"
                 "<td>$3</td></tr>",
                 row.css_class, row.name, row.note, sockets);
  }
  return Fill(
      R"($0<table class="legend"><thead><tr><th scope="col">Which end opened it</th>)"
      R"(<th scope="col">Sockets</th></tr></thead><tbody>$1</tbody></table>)",
      Bar(segments, static_cast<double>(total), absl::StrCat(total, " sockets in TIME_WAIT")),
      rows);
}

// The kernel's own count, against the limit above which it gives up TIME_WAIT early.
Html Buckets(const NamespaceFacts& facts) {
  if (!facts.sockstat.ok()) return Figure("Kernel's buckets", Problem(facts.sockstat.status()));
  const std::optional<uint64_t> buckets = facts.sockstat->time_wait;
  const absl::StatusOr<int64_t>& limit = facts.sysctls[Sysctl::kMaxTwBuckets];
  if (!buckets.has_value() || !limit.ok()) {
    return Figure("Kernel's buckets", ToHtml(buckets));
  }
  const auto most = static_cast<uint64_t>(*limit);
  return Figure("Kernel's buckets",
                Fill("$0 of $1$2", *buckets, most,
                     LimitBar(static_cast<double>(*buckets), static_cast<double>(most),
                              absl::StrCat(*buckets, " of ", most, " buckets"))),
                "with orphaned FIN_WAIT2");
}

Html Counters(const TcpCounters& counters) {
  const auto figure = [&](absl::string_view name, TcpCounter counter) {
    return Figure(name, CounterValue(counters, counter));
  };
  return Fill("$0$1$2", figure("Reused by connect()", TcpCounter::kTimeWaitReused),
              figure("Killed", TcpCounter::kTimeWaitKilled),
              figure("Refused at the limit", TcpCounter::kTimeWaitOverflow));
}

}  // namespace

Html TimeWaitSection(const SectionInput& input) {
  const auto* report = input.ns.reports.Get<TimeWaitReport>();
  Html body = report != nullptr ? ByRole(*report) : Missing<TimeWaitReport>(input.ns, "time_wait");
  body += Fill(R"(<dl class="figures">$0$1</dl>)", Buckets(input.ns.facts),
               Counters(input.ns.facts.counters));
  if (report != nullptr) {
    body += Fill("<h3>Outbound: the port is free again within</h3>$0",
                 Histogram(TimeWaitHistogram::kBoundsSeconds, report->outbound_remaining.counts(),
                           "Outbound TIME_WAIT sockets by the time they have left"));
  }
  return Section("time-wait", "TIME_WAIT", body);
}

}  // namespace tcp_lifecycle
