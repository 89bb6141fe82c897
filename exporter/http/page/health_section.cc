#include "exporter/http/page/sections.h"

namespace tcp_lifecycle {
namespace {

Html CollectorRow(const CollectorResult& collector) {
  const Html state = collector.status.ok()
                         ? Fill(R"(<span class="good">✓ complete</span>)")
                         : Fill(R"(<span class="bad">✗ failed</span><small>$0</small>)",
                                collector.status.message());
  return Fill(R"(<tr><th scope="row">$0</th><td>$1</td><td>$2</td></tr>)", collector.name, state,
              Duration(collector.duration_seconds));
}

Html PassFigures(const ScrapeResult& result) {
  if (!result.pass.has_value()) return Fill("<p>No collector reads sockets.</p>");
  const PassOutcome& pass = *result.pass;
  Html figures;
  figures += Figure("Reader", ToHtml(result.source));
  figures += Figure("Sockets read", ToHtml(pass.sockets));
  figures += Figure("Time", ToHtml(Duration(pass.duration_seconds)));
  figures += Figure("Unknown states", ToHtml(result.snapshot.pass.unknown_states));
  figures += Figure("Unreadable rows", ToHtml(result.snapshot.pass.malformed));
  Html body = Fill(R"(<dl class="figures">$0</dl>)", figures);
  if (!pass.status.ok()) body += Problem(pass.status);
  return body;
}

}  // namespace

Html HealthSection(const SectionInput& input) {
  Html rows;
  for (const CollectorResult& collector : input.result.collectors) rows += CollectorRow(collector);
  return Section("health", "This scrape",
                 Fill(R"($0<table><thead><tr><th scope="col">Collector</th>)"
                      R"(<th scope="col">State</th><th scope="col">Time</th></tr></thead>)"
                      "<tbody>$1</tbody></table>",
                      PassFigures(input.result), rows));
}

}  // namespace tcp_lifecycle
