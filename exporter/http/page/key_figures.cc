#include <algorithm>

#include "absl/strings/str_cat.h"
#include "collectors/reports/keepalive_report.h"
#include "collectors/reports/listen_report.h"
#include "collectors/reports/ports_report.h"
#include "collectors/reports/sockets_report.h"
#include "collectors/reports/time_wait_report.h"
#include "exporter/http/page/sections.h"

namespace tcp_lifecycle {
namespace {

Html Tile(absl::string_view section, absl::string_view name, const Html& value,
          absl::string_view note) {
  return Fill(R"(<li><a href="#$0"><span class="name">$1</span><strong>$2</strong>)"
              R"(<span class="note">$3</span></a></li>)",
              section, name, value, note);
}

Html NotRead() { return Fill(R"(<span class="unknown">not read</span>)"); }

Html Fullest(const NamespaceSnapshot& ns) {
  constexpr absl::string_view kName = "Fullest destination";
  const auto* report = ns.reports.Get<PortsReport>();
  if (report == nullptr) return Tile("destinations", kName, NotRead(), "");
  const Html share = Share(report->utilization.min, 1);
  if (report->destinations.empty()) return Tile("destinations", kName, share, "no destinations");
  // The first may be there because it is troubled.
  const DestinationReport& fullest = *std::ranges::max_element(
      report->destinations, {}, [](const auto& each) { return each.utilization.min; });
  return Tile("destinations", kName, share, EndpointText(fullest.address, fullest.port));
}

Html Ports(const NamespaceSnapshot& ns) {
  constexpr absl::string_view kName = "Ports in use";
  const auto* report = ns.reports.Get<PortsReport>();
  if (report == nullptr || !ns.facts.ephemeral_ports.ok()) {
    return Tile("ports", kName, NotRead(), "");
  }
  const uint64_t usable = CountUsable(*ns.facts.ephemeral_ports);
  // Uncoloured: all of them in use is harmless as long as no destination has them all.
  return Tile("ports", kName,
              ToHtml(PercentText(static_cast<double>(report->used), static_cast<double>(usable))),
              Fill("$0 of $1", uint64_t{report->used}, usable).code);
}

Html Established(const NamespaceSnapshot& ns) {
  const auto* report = ns.reports.Get<SocketsReport>();
  if (report == nullptr) return Tile("states", "Established", NotRead(), "");
  return Tile("states", "Established", ToHtml(report->Total(TcpState::kEstablished)),
              Fill("$0 in CLOSE_WAIT", report->Total(TcpState::kCloseWait)).code);
}

Html TimeWait(const NamespaceSnapshot& ns) {
  const auto* report = ns.reports.Get<TimeWaitReport>();
  if (report == nullptr) return Tile("time-wait", "TIME_WAIT", NotRead(), "");
  uint64_t total = 0;
  for (const uint64_t sockets : report->sockets) total += sockets;
  const uint64_t outbound = report->sockets[static_cast<size_t>(Role::kOutbound)];
  return Tile("time-wait", "TIME_WAIT", ToHtml(total), Fill("$0 outbound", outbound).code);
}

Html Queues(const NamespaceSnapshot& ns) {
  const auto* report = ns.reports.Get<ListenReport>();
  if (report == nullptr) return Tile("listen", "Fullest accept queue", NotRead(), "");
  if (report->groups.empty()) return Tile("listen", "Fullest accept queue", Fill("none"), "");
  const ListenGroup& fullest = report->groups.front();
  if (!fullest.max_ratio.has_value()) {
    return Tile("listen", "Fullest accept queue", ToHtml(fullest.queue), "its limit is not known");
  }
  return Tile("listen", "Fullest accept queue", Share(*fullest.max_ratio, 1),
              absl::StrCat("port ", fullest.port));
}

Html Unanswered(const NamespaceSnapshot& ns) {
  const auto* report = ns.reports.Get<KeepaliveReport>();
  if (report == nullptr) return Tile("keepalive", "Peers not answering", NotRead(), "");
  uint64_t sockets = 0;
  for (const uint64_t unanswered : report->unanswered) sockets += unanswered;
  return Tile("keepalive", "Peers not answering", ToHtml(sockets), "keepalive probes");
}

// The other namespace that is nearest to a limit; nothing where there is none.
Html Others(const Snapshot& snapshot) {
  constexpr absl::string_view kName = "Other namespaces";
  const NamespaceSnapshot* worst = nullptr;
  for (const NamespaceSnapshot& ns : snapshot.namespaces) {
    if (!ns.facts.netns.foreign) continue;
    if (worst == nullptr || NearestLimit(ns) > NearestLimit(*worst)) worst = &ns;
  }
  if (worst == nullptr) return {};
  return Tile("namespaces", kName, Share(NearestLimit(*worst), 1),
              absl::StrCat("at most, in ", worst->facts.netns.name));
}

}  // namespace

double NearestLimit(const NamespaceSnapshot& ns) {
  double nearest = 0;
  if (const auto* ports = ns.reports.Get<PortsReport>()) {
    nearest = ports->utilization.min;
  }
  const auto* listen = ns.reports.Get<ListenReport>();
  if (listen == nullptr || listen->groups.empty()) return nearest;
  return std::max(nearest, listen->groups.front().max_ratio.value_or(0));
}

Html KeyFigures(const SectionInput& input) {
  const NamespaceSnapshot& ns = input.ns;
  return Fill(R"(<ul class="tiles" aria-label="Key figures">$0$1$2$3$4$5$6</ul>)", Fullest(ns),
              Ports(ns), TimeWait(ns), Established(ns), Queues(ns), Unanswered(ns),
              Others(input.result.snapshot));
}

}  // namespace tcp_lifecycle
