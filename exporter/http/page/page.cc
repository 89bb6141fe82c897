#include "exporter/http/page/page.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "exporter/http/assets.h"
#include "exporter/http/page/sections.h"

namespace tcp_lifecycle {
namespace {

// As a link relative to the page.
absl::string_view Relative(absl::string_view path) { return absl::StripPrefix(path, "/"); }

Html Headline(const ScrapeResult& result, const NamespaceSnapshot* ns, const PageOptions& options,
              absl::Time now) {
  Html facts;
  if (ns != nullptr) {
    facts += Fill("<li>Namespace <b>$0</b></li>", ns->facts.netns.name);
  }
  facts += Fill("<li>Reader <b>$0</b></li>", result.source.empty() ? "none" : result.source);
  facts += Fill(R"(<li><time datetime="$0">$1 UTC</time></li>)",
                absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", now, absl::UTCTimeZone()),
                absl::FormatTime("%Y-%m-%d %H:%M:%S", now, absl::UTCTimeZone()));
  return Fill(R"(<div class="headline"><h1>$0</h1><ul>$1</ul></div>)", options.hostname, facts);
}

Html Sections(const SectionInput& input) {
  const Html columns = Fill(R"(<div class="columns"><div>$0$1$2</div><div>$3$4$5</div></div>)",
                            PortsSection(input), TimeWaitSection(input), ListenSection(input),
                            StatesSection(input), KeepaliveSection(input), HealthSection(input));
  return Fill("$0$1$2$3$4$5", KeyFigures(input), FindingsSection(input), DestinationsSection(input),
              NamespacesSection(input), columns, SettingsSection(input));
}

}  // namespace

Html SwitchedOff(absl::string_view collector) {
  return Fill(R"(<p class="unknown">The collector <code>$0</code> is switched off.</p>)",
              collector);
}

Html Problem(const absl::Status& status) {
  return Fill(R"(<p class="problem">Not read: $0</p>)", status.message());
}

Html AbsentOr(const absl::Status& status) {
  return status.ok() || absl::IsNotFound(status) ? Absent() : Problem(status);
}

Html CounterValue(const TcpCounters& counters, TcpCounter counter) {
  const std::optional<uint64_t>& value = counters[counter];
  return value.has_value() ? ToHtml(*value) : AbsentOr(counters.status);
}

Html Section(absl::string_view id, absl::string_view heading, const Html& body) {
  return Fill(R"(<section id="$0" aria-labelledby="$0-heading"><h2 id="$0-heading">$1</h2>$2)"
              "</section>",
              id, heading, body);
}

Html Figure(absl::string_view name, const Html& value, absl::string_view note) {
  return Fill("<div><dt>$0<small>$1</small></dt><dd>$2</dd></div>", name, note, value);
}

std::string RenderPage(const ScrapeResult& result, const PageOptions& options, absl::Time now) {
  const NamespaceSnapshot* ns =
      result.snapshot.namespaces.empty() ? nullptr : &result.snapshot.namespaces.front();
  Html main = Headline(result, ns, options, now);
  if (ns != nullptr) {
    main += Sections({result, *ns});
  } else {
    main += Fill(R"(<p class="problem">This scrape has read no network namespace.</p>)");
  }
  return Fill(
             "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
             R"(<meta name="viewport" content="width=device-width, initial-scale=1">)"
             R"(<meta name="color-scheme" content="light dark">)"
             "<title>$0 – TCP lifecycle</title>"
             R"(<link rel="icon" href="data:,">)"
             R"(<link rel="stylesheet" href="$1"><script src="$2" defer></script></head><body>)"
             R"(<header><p class="product">tcp_lifecycle_exporter <span>$3</span></p>)"
             R"(<nav aria-label="Endpoints"><a href="$4">Metrics</a>)"
             R"(<a href="-/healthy">Health</a><a href="-/ready">Readiness</a></nav></header>)"
             R"(<p id="connection" role="status" hidden></p>)"
             "<main>$5</main></body></html>\n",
             options.hostname, Relative(kPageCssPath), Relative(kPageJsPath), options.version,
             Relative(options.telemetry_path), main)
      .code;
}

}  // namespace tcp_lifecycle
