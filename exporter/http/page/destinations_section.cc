#include <algorithm>
#include <array>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "collectors/reports/ports_report.h"
#include "exporter/http/page/sections.h"

namespace tcp_lifecycle {
namespace {

constexpr size_t kShown = 10;

Html Small(absl::string_view css_class, absl::string_view text) {
  return Fill(R"(<small class="$0">$1</small>)", css_class, text);
}

// When no port is left, or soon will be: since that is what matters most about a destination.
Html Outlook(const DestinationReport& report) {
  if (report.headroom.max == 0 && report.seconds_to_free_port) {
    return Small("attention",
                 absl::StrCat("no port left; the next comes free in ",
                              Duration(*report.seconds_to_free_port), " at the earliest"));
  }
  if (report.headroom.max == 0) {
    return Small("attention", "no port left until a socket that holds one closes");
  }
  if (report.seconds_to_exhaustion) {
    return Small("attention", absl::StrCat("at this rate no port is left in ",
                                           Duration(*report.seconds_to_exhaustion)));
  }
  return {};
}

Html Troubles(const DestinationReport& report) {
  if (!report.troubled()) return {};
  Html troubles;
  if (report.syn_sent > 0) {
    troubles +=
        Small("", absl::StrCat(report.syn_sent, " in SYN_SENT, ", report.syn_sent_retransmitting,
                               " have sent their SYN again"));
  }
  if (report.close_wait > 0) {
    troubles += Small("", absl::StrCat(report.close_wait, " in CLOSE_WAIT: not closed here"));
  }
  return troubles;
}

Html Use(const DestinationReport& report, uint32_t open) {
  std::string text = absl::StrCat(report.time_wait, " in TIME_WAIT");
  if (report.reusable && *report.reusable > 0) {
    absl::StrAppend(&text, ", ", *report.reusable, " of them reusable");
  }
  if (report.connections_per_second > 0) {
    absl::StrAppendFormat(&text, ", %.4g a second", report.connections_per_second);
  }
  const double taken = report.used - report.reusable.value_or(0);
  const std::array<Segment, 2> segments = {{
      {taken, LevelOf(taken, open)},
      {report.used - taken, "free"},
  }};
  return Fill("$0 of $1$2$3", uint64_t{report.used}, uint64_t{open},
              Bar(segments, open, absl::StrCat(report.used, " of ", open, " ports")),
              Small("", text));
}

Html Row(const DestinationReport& report, uint32_t open) {
  const auto& [least, most] = report.headroom;
  const Html possible =
      least == most ? ToHtml(uint64_t{most}) : Fill("$0 – $1", uint64_t{least}, uint64_t{most});
  return Fill(
      R"(<tr><th scope="row"><span class="address">$0</span><small>from $1</small>$2$3</th>)"
      R"(<td class="wide">$4</td><td>$5</td></tr>)",
      EndpointText(report.address, report.port), ToString(report.source), Outlook(report),
      Troubles(report), Use(report, open), possible);
}

Html Table(const PortsReport& report, const Snapshot& snapshot) {
  Html rows;
  const size_t shown = std::min(kShown, report.destinations.size());
  for (size_t i = 0; i < shown; ++i) rows += Row(report.destinations[i], report.capacity.open());
  Html table = Fill(R"(<table class="endpoints"><thead><tr><th scope="col">Destination</th>)"
                    R"(<th scope="col" class="wide">Ports held</th>)"
                    R"(<th scope="col">Still possible</th></tr></thead><tbody>$0</tbody></table>)",
                    rows);
  if (report.distinct_destinations > shown) {
    const bool only_own = snapshot.namespaces.size() == 1;
    table += Fill(R"(<p class="note">And $0 more$1.</p>)", report.distinct_destinations - shown,
                  only_own ? "" : ", those of other network namespaces among them");
  }
  return table;
}

}  // namespace

Html DestinationsSection(const SectionInput& input) {
  const auto* report = input.ns.reports.Get<PortsReport>();
  constexpr absl::string_view kHeading = "Destinations";
  if (report == nullptr) {
    return Section("destinations", kHeading, Missing<PortsReport>(input.ns, "ports"));
  }
  Html body = report->destinations.empty() ? Fill("<p>No outbound connections.</p>")
                                           : Table(*report, input.result.snapshot);
  body += Fill(R"(<p class="note">Each destination can use each of the $0 open ports once, from )"
               "each source address. Connections still possible: at least – at most.</p>",
               uint64_t{report->capacity.open()});
  return Section("destinations", kHeading, body);
}

}  // namespace tcp_lifecycle
