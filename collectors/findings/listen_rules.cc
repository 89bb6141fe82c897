#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "collectors/findings/inputs.h"
#include "collectors/findings/rules.h"
#include "collectors/reports/listen_report.h"
#include "collectors/reports/ports_report.h"
#include "collectors/reports/report_text.h"

namespace tcp_lifecycle {
namespace {

constexpr size_t kMaxNamed = 3;
// The default of net.core.somaxconn since Linux 5.4.
constexpr int64_t kDefaultSomaxconn = 4096;

std::string TextOf(const ListenGroup& group) { return EndpointText(group.address, group.port); }

// NotFound where the source does not tell how long the queues may be (procfs).
absl::Status LimitsKnown(const ListenReport& report) {
  const bool known = std::ranges::all_of(
      report.groups, [](const ListenGroup& group) { return group.max_limit.has_value(); });
  return known ? absl::OkStatus() : absl::NotFoundError("the source does not tell the backlog");
}

}  // namespace

// The report names the fullest listeners only; how many ports listeners hold, the ports report
// knows.
Verdict CheckListenerInPortRange(const RuleInput& input) {
  const NamespaceSnapshot& ns = input.ns;
  if (!ns.facts.ephemeral_ports.ok()) return ns.facts.ephemeral_ports.status();
  const auto report = ReportOf<ListenReport>(ns);
  if (!report.ok()) return report.status();
  std::vector<std::string> listeners;
  PortSet named_ports;
  for (const ListenGroup& group : (*report)->groups) {
    if (!group.in_ephemeral_range) continue;
    listeners.push_back(TextOf(group));
    named_ports.set(group.port);
  }
  size_t ports = named_ports.count();
  if (const auto use = ReportOf<PortsReport>(ns); use.ok()) {
    const auto by_listeners = (*use)->blocked[static_cast<size_t>(PortBlock::kListen)];
    ports = std::max<size_t>(ports, by_listeners.value_or(0));
  }
  if (ports == 0) return std::nullopt;
  std::string line = absl::StrCat("Listeners hold ", Count(ports, "port"), " of ",
                                  TextOf(ns.facts.ephemeral_ports->range),
                                  " that connect() could use, not reserved");
  if (listeners.empty()) return absl::StrCat(line, ".");
  const size_t named = std::min(kMaxNamed, listeners.size());
  absl::StrAppend(&line, ": ",
                  absl::StrJoin(listeners.begin(),
                                listeners.begin() + static_cast<std::ptrdiff_t>(named), ", "));
  if (listeners.size() > named) absl::StrAppend(&line, " and ", listeners.size() - named, " more");
  return absl::StrCat(line, ". To add to net.ipv4.ip_local_reserved_ports: ", ToString(named_ports),
                      ".");
}

Verdict CheckBacklogAboveSomaxconn(const RuleInput& input) {
  const absl::StatusOr<int64_t>& somaxconn = input.ns.facts.sysctls[Sysctl::kSomaxconn];
  if (!somaxconn.ok()) return somaxconn.status();
  const auto report = ReportOf<ListenReport>(input.ns);
  if (!report.ok()) return report.status();
  const ListenGroup* worst = nullptr;
  size_t count = 0;
  for (const ListenGroup& group : (*report)->groups) {
    const uint64_t drops = group.drops.value_or(0);
    const bool capped = group.max_limit == static_cast<uint64_t>(*somaxconn);
    if (!capped || (*somaxconn >= kDefaultSomaxconn && drops == 0)) continue;
    ++count;
    if (worst == nullptr || drops > worst->drops.value_or(0)) worst = &group;
  }
  if (worst == nullptr) {
    if (const absl::Status status = LimitsKnown(**report); !status.ok()) return status;
    return std::nullopt;
  }
  std::string line = absl::StrCat(TextOf(*worst), " has a backlog of ", *somaxconn,
                                  ", all that somaxconn grants: it asked for so much or more");
  if (const uint64_t drops = worst->drops.value_or(0); drops > 0) {
    absl::StrAppend(&line, ", and has lost ", Count(drops, "connection"));
  }
  if (count > 1) absl::StrAppend(&line, "; likewise ", Count(count - 1, "other listener"));
  return absl::StrCat(line, ".");
}

Verdict CheckAcceptQueueFull(const RuleInput& input) {
  const auto report = ReportOf<ListenReport>(input.ns);
  if (!report.ok()) return report.status();
  const auto is_full = [](const ListenGroup& group) { return group.full > 0; };
  const std::vector<ListenGroup>& groups = (*report)->groups;
  const auto worst = std::ranges::find_if(groups, is_full);
  if (worst == groups.end()) {
    if (const absl::Status status = LimitsKnown(**report); !status.ok()) return status;
    return std::nullopt;
  }
  std::string line = absl::StrCat(TextOf(*worst), ": ", Count(worst->queue, "connection"),
                                  worst->queue == 1 ? " waits" : " wait", " for accept()");
  if (worst->limit && worst->listeners == 1) {
    absl::StrAppend(&line, ", and a backlog of ", *worst->limit, " holds no more than ",
                    *worst->limit + 1);
  } else if (worst->limit) {
    absl::StrAppend(&line, " where the backlog is ", *worst->limit);
  }
  if (worst->listeners > 1) {
    absl::StrAppend(&line, " (", worst->full, " of ", worst->listeners, " sockets full)");
  }
  absl::StrAppend(&line, ": new ones are dropped");
  const auto full = static_cast<uint64_t>(std::ranges::count_if(groups, is_full));
  if (full > 1) absl::StrAppend(&line, "; likewise ", Count(full - 1, "other listener"));
  return absl::StrCat(line, ".");
}

}  // namespace tcp_lifecycle
