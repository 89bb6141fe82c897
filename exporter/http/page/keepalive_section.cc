#include <array>

#include "absl/strings/str_cat.h"
#include "collectors/reports/keepalive_report.h"
#include "exporter/http/page/sections.h"

namespace tcp_lifecycle {
namespace {

struct Row {
  Keepalive id;
  absl::string_view css_class;
  absl::string_view name;
  absl::string_view note;
};

constexpr std::array<Row, kKeepaliveCount> kRows = {{
    {Keepalive::kOn, "used", "On", "a dead peer will be noticed"},
    {Keepalive::kOff, "bound", "Off", "a dead peer stays for ever, unless the program sends"},
    {Keepalive::kUnknown, "free", "Unknown",
     "retransmitting: the kernel shows one timer at a time"},
}};
static_assert(IsTableOf(kRows));

Html BySetting(const KeepaliveReport& report) {
  uint64_t total = 0;
  for (const uint64_t sockets : report.sockets) total += sockets;
  std::array<Segment, kKeepaliveCount> segments;
  Html rows;
  for (size_t i = 0; i < kKeepaliveCount; ++i) {
    segments[i] = {static_cast<double>(report.sockets[i]), kRows[i].css_class};
    rows += Fill(R"(<tr><th scope="row"><span class="key $0"></span>$1<small>$2</small></th>)"
                 "<td>$3</td></tr>",
                 kRows[i].css_class, kRows[i].name, kRows[i].note, report.sockets[i]);
  }
  return Fill(R"($0<table class="legend"><thead><tr><th scope="col">SO_KEEPALIVE</th>)"
              R"(<th scope="col">Sockets</th></tr></thead><tbody>$1</tbody></table>)",
              Bar(segments, static_cast<double>(total),
                  absl::StrCat(total, " sockets in ESTABLISHED or CLOSE_WAIT")),
              rows);
}

Html Unanswered(const KeepaliveReport& report) {
  Html figures;
  for (size_t i = 0; i < kUnansweredProbesNames.size(); ++i) {
    const absl::string_view probes = kUnansweredProbesNames[i];
    figures += Figure(absl::StrCat(probes, probes == "1" ? " probe" : " probes"),
                      Fill(R"(<span class="$0">$1</span>)",
                           report.unanswered[i] > 0 ? "attention" : "calm", report.unanswered[i]));
  }
  return Fill(R"(<h3>Peers that have not answered</h3><dl class="figures">$0</dl>)", figures);
}

}  // namespace

Html KeepaliveSection(const SectionInput& input) {
  const auto* report = input.ns.reports.Get<KeepaliveReport>();
  Html body;
  if (report != nullptr) {
    body += BySetting(*report);
    body += Unanswered(*report);
    body += Fill("<h3>The next probe comes within</h3>$0",
                 Histogram(KeepaliveHistogram::kBoundsSeconds, report->remaining.counts(),
                           "Sockets by the time until their next keepalive probe"));
  } else {
    body += Missing<KeepaliveReport>(input.ns, "keepalive");
  }
  return Section("keepalive", "Keepalive", body);
}

}  // namespace tcp_lifecycle
