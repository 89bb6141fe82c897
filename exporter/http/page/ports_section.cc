#include <array>

#include "absl/strings/str_cat.h"
#include "collectors/reports/ports_report.h"
#include "exporter/http/page/sections.h"

namespace tcp_lifecycle {
namespace {

struct Row {
  absl::string_view css_class;
  absl::string_view name;
  absl::string_view note;
};

struct BlockedRow {
  PortBlock id;
  Row row;
};

constexpr std::array<BlockedRow, kPortBlockCount> kBlocked = {{
    {PortBlock::kListen, {"listen", "Blocked by listeners", "a listening socket holds the port"}},
    {PortBlock::kBound,
     {"bound", "Blocked by bound sockets", "bound, neither connected nor listening"}},
    {PortBlock::kInbound,
     {"inbound", "Blocked by inbound connections", "accepted on a port of the range"}},
}};
static_assert(IsTableOf(kBlocked));

Html LegendRow(const Row& row, const Html& value, absl::string_view share) {
  return Fill(R"(<tr><th scope="row"><span class="key $0"></span>$1<small>$2</small></th>)"
              "<td>$3</td><td>$4</td></tr>",
              row.css_class, row.name, row.note, value, share);
}

// How the usable ports divide: held by whom, and free.
Html Use(const PortsReport& report, uint64_t usable) {
  std::array<Segment, kPortBlockCount + 1> segments;
  Html rows;
  uint64_t blocked = 0;
  for (size_t i = 0; i < kPortBlockCount; ++i) {
    const Row& row = kBlocked[i].row;
    const std::optional<uint64_t> ports = report.blocked[i];
    blocked += ports.value_or(0);
    segments[i] = {static_cast<double>(ports.value_or(0)), row.css_class};
    rows += LegendRow(row, ToHtml(ports),
                      ports.has_value()
                          ? PercentText(static_cast<double>(*ports), static_cast<double>(usable))
                          : "");
  }
  const auto row = [&](const Row& what, uint64_t ports) {
    rows += LegendRow(what, ToHtml(ports),
                      PercentText(static_cast<double>(ports), static_cast<double>(usable)));
  };
  const uint64_t outbound = report.used - blocked;
  segments.back() = {static_cast<double>(outbound), "used"};
  row({"used", "In use otherwise", "by outbound connections, TIME_WAIT included"}, outbound);
  row({"free", "Free", "not held by any socket"}, usable - report.used);
  const std::string label = absl::StrCat(report.used, " of ", usable, " usable ports are held");
  return Fill(R"($0<table class="legend"><thead><tr><th scope="col">Usable ports</th>)"
              R"(<th scope="col">Ports</th><th scope="col">Share</th></tr></thead>)"
              "<tbody>$1</tbody></table>",
              Bar(segments, static_cast<double>(usable), label), rows);
}

}  // namespace

Html PortsSection(const SectionInput& input) {
  const absl::StatusOr<EphemeralPorts>& ports = input.ns.facts.ephemeral_ports;
  const auto* report = input.ns.reports.Get<PortsReport>();
  Html body;
  if (!ports.ok()) {
    body += Problem(ports.status());
  } else {
    const uint64_t usable = CountUsable(*ports);
    const std::string range = absl::StrCat(ports->range.min, " – ", ports->range.max);
    body += Fill(R"(<dl class="figures">$0$1$2</dl>)", Figure("Range", ToHtml(range)),
                 Figure("Reserved in it", ToHtml(ports->range.size() - usable)),
                 Figure("Usable", ToHtml(usable)));
    if (report != nullptr) {
      body += Use(*report, usable);
      body += Fill(
          R"(<p class="note">A port in use can serve other destinations as well; a blocked one )"
          "cannot serve any connect() that lets the kernel choose the port.</p>");
    }
  }
  // Without the range there is no report either, for the reason that is already said.
  if (ports.ok() && report == nullptr) body += Missing<PortsReport>(input.ns, "ports");
  return Section("ports", "Ephemeral ports", body);
}

}  // namespace tcp_lifecycle
