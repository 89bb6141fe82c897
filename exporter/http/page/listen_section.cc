#include <algorithm>

#include "absl/strings/str_cat.h"
#include "collectors/analysis/thresholds.h"
#include "collectors/reports/listen_report.h"
#include "exporter/http/page/sections.h"

namespace tcp_lifecycle {
namespace {

Html Queue(const ListenGroup& group) {
  if (!group.limit.has_value()) return Fill("$0, limit $1", group.queue, Unknown());
  // The worst socket, because a full one beside an empty one still loses connections.
  const double ratio = group.max_ratio.value_or(0);
  return Fill("$0 of $1$2", group.queue, *group.limit,
              LimitBar(ratio, 1,
                       absl::StrCat(group.queue, " of ", *group.limit, " places, fullest socket ",
                                    PercentText(ratio, 1))));
}

Html Row(const ListenGroup& group, uint64_t unclosed) {
  Html notes;
  if (group.listeners > 1) notes += Fill("<small>$0 sockets</small>", uint64_t{group.listeners});
  if (group.in_ephemeral_range) {
    notes += Fill(R"(<small class="attention">inside the ephemeral range, not reserved</small>)");
  }
  if (unclosed >= kUnclosed) {
    notes += Fill(R"(<small class="attention">$0 accepted in CLOSE_WAIT: not closed here</small>)",
                  unclosed);
  }
  return Fill(
      R"(<tr><th scope="row"><span class="address">$0</span>$1</th><td class="wide">$2</td>)"
      "<td>$3</td></tr>",
      EndpointText(group.address, group.port), notes, Queue(group), group.drops);
}

uint64_t UnclosedOn(uint16_t port, const ListenReport& report) {
  const auto found = std::ranges::find(report.unclosed, port, &UnclosedOnPort::port);
  return found == report.unclosed.end() ? 0 : found->sockets;
}

Html Totals(const ListenReport& report, const TcpCounters& counters) {
  const auto counter = [&](absl::string_view name, TcpCounter which) {
    return Figure(name, CounterValue(counters, which), "since boot");
  };
  uint64_t unclosed = 0;
  for (const UnclosedOnPort& port : report.unclosed) unclosed += port.sockets;
  return Fill(R"(<dl class="figures">$0$1$2$3</dl>)",
              Figure("Not yet accepted", ToHtml(report.unaccepted), "by their programs"),
              Figure("In CLOSE_WAIT", ToHtml(unclosed), "accepted, not closed here"),
              counter("Queue overflows", TcpCounter::kListenOverflows),
              counter("Drops, all reasons", TcpCounter::kListenDrops));
}

}  // namespace

Html ListenSection(const SectionInput& input) {
  const auto* report = input.ns.reports.Get<ListenReport>();
  if (report == nullptr) {
    return Section("listen", "Listeners", Missing<ListenReport>(input.ns, "listen"));
  }
  Html body = Totals(*report, input.ns.facts.counters);
  Html rows;
  for (const ListenGroup& group : report->groups) {
    rows += Row(group, UnclosedOn(group.port, *report));
  }
  if (report->groups.empty()) {
    body += Fill("<p>Nothing listens in this namespace.</p>");
  } else {
    body += Fill(R"(<table class="endpoints"><thead><tr><th scope="col">Address</th>)"
                 R"(<th scope="col" class="wide">Accept queue</th><th scope="col">Drops</th></tr>)"
                 "</thead><tbody>$0</tbody></table>",
                 rows);
  }
  if (report->omitted_groups > 0) {
    body +=
        Fill(R"(<p class="note">And $0 more, with emptier queues.</p>)", report->omitted_groups);
  }
  return Section("listen", "Listeners", body);
}

}  // namespace tcp_lifecycle
