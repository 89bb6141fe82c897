#include <algorithm>
#include <functional>
#include <vector>

#include "absl/strings/str_cat.h"
#include "collectors/reports/listen_report.h"
#include "collectors/reports/ports_report.h"
#include "collectors/reports/sockets_report.h"
#include "exporter/http/page/sections.h"

namespace tcp_lifecycle {
namespace {

Html PortCells(const NamespaceSnapshot& ns) {
  const auto* report = ns.reports.Get<PortsReport>();
  if (report == nullptr)
    return Fill(R"(<td colspan="2">$0</td>)", Problem(ns.reports.StatusOf<PortsReport>()));
  const double fullest = report->utilization.min;
  return Fill(R"(<td>$0 of $1</td><td class="wide">$2$3</td>)", uint64_t{report->used},
              uint64_t{report->capacity.usable}, PercentText(fullest, 1),
              LimitBar(fullest, 1, absl::StrCat("fullest destination ", PercentText(fullest, 1))));
}

Html QueueCell(const NamespaceSnapshot& ns) {
  const auto* report = ns.reports.Get<ListenReport>();
  if (report == nullptr) return Problem(ns.reports.StatusOf<ListenReport>());
  if (report->groups.empty()) return Fill("no listener");
  const ListenGroup& fullest = report->groups.front();
  return Fill("$0 <small>port $1</small>",
              fullest.max_ratio.has_value() ? Share(*fullest.max_ratio, 1) : ToHtml(fullest.queue),
              absl::StrCat(fullest.port));
}

Html Row(const NamespaceSnapshot& ns) {
  const Netns& netns = ns.facts.netns;
  const Html name = Fill(R"(<th scope="row"><span class="address">$0</span>$1</th>)", netns.name,
                         netns.pod_uid.empty() || netns.pod_uid == netns.name
                             ? Html()
                             : Fill("<small>pod $0</small>", netns.pod_uid));
  const auto* sockets = ns.reports.Get<SocketsReport>();
  if (sockets == nullptr) {
    return Fill(R"(<tr>$0<td colspan="5">$1</td></tr>)", name,
                Problem(ns.reports.StatusOf<SocketsReport>()));
  }
  return Fill("<tr>$0<td>$1</td><td>$2</td><td>$3</td>$4</tr>", name,
              sockets->Total(TcpState::kEstablished), sockets->Total(TcpState::kTimeWait),
              QueueCell(ns), PortCells(ns));
}

}  // namespace

Html NamespacesSection(const SectionInput& input) {
  const Snapshot& snapshot = input.result.snapshot;
  if (snapshot.namespaces.size() == 1 && snapshot.omitted_namespaces == 0) return {};
  std::vector<const NamespaceSnapshot*> others;
  for (const NamespaceSnapshot& ns : snapshot.namespaces) {
    if (ns.facts.netns.foreign) others.push_back(&ns);
  }
  std::ranges::stable_sort(others, std::ranges::greater(),
                           [](const NamespaceSnapshot* ns) { return NearestLimit(*ns); });
  Html rows;
  for (const NamespaceSnapshot* ns : others) rows += Row(*ns);
  Html body = Fill(R"(<table class="endpoints"><thead><tr><th scope="col">Namespace</th>)"
                   R"(<th scope="col">Established</th><th scope="col">TIME_WAIT</th>)"
                   R"(<th scope="col">Fullest accept queue</th>)"
                   R"(<th scope="col">Ports in use</th>)"
                   R"(<th scope="col" class="wide">Fullest destination</th></tr></thead>)"
                   "<tbody>$0</tbody></table>",
                   rows);
  if (snapshot.omitted_namespaces > 0) {
    body += Fill(R"(<p class="note">And $0 more, beyond --collector.namespaces.limit.</p>)",
                 snapshot.omitted_namespaces);
  }
  return Section("namespaces", "Other network namespaces", body);
}

}  // namespace tcp_lifecycle
