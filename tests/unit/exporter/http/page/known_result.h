// A result of which everything is known, for the page's tests, and the page made of it.
#pragma once

#include <string>

#include "absl/strings/str_cat.h"
#include "collectors/reports/findings_report.h"
#include "collectors/reports/keepalive_report.h"
#include "collectors/reports/listen_report.h"
#include "collectors/reports/ports_report.h"
#include "collectors/reports/sockets_report.h"
#include "collectors/reports/time_wait_report.h"
#include "exporter/http/page/page.h"

namespace tcp_lifecycle {

// Everything is known, and zero, but for what a test sets.
inline ScrapeResult KnownResult() {
  ScrapeResult result;
  NamespaceSnapshot& ns = result.snapshot.namespaces.emplace_back();
  ns.facts.netns.name = "self";
  ns.facts.sockstat = Sockstat{.orphan = 0, .time_wait = 0, .allocated = 0, .memory_bytes = 0};
  ns.facts.socket_memory_limit = SocketMemoryLimit();
  ns.facts.ephemeral_ports = EphemeralPorts{.range = {.min = 32768, .max = 60999}, .reserved = {}};
  ns.reports.Set<SocketsReport>(SocketsReport{.counts = {}, .knows_bound_inactive = true});
  ns.reports.Set<TimeWaitReport>(TimeWaitReport());
  ns.reports.Set<PortsReport>(PortsReport());
  ns.reports.Get<PortsReport>()->blocked = {0, 0, 0};
  ns.reports.Set<KeepaliveReport>(KeepaliveReport());
  ns.reports.Set<ListenReport>(ListenReport{.groups = {}, .omitted_groups = 0, .unaccepted = 0});
  ns.reports.Set<FindingsReport>(FindingsReport());
  for (const char* name : {"sockets", "time_wait", "ports", "keepalive", "listen"}) {
    result.collectors.push_back({.name = name, .status = {}, .text = {}});
  }
  result.pass = PassOutcome();
  result.source = "sock_diag";
  return result;
}

inline NamespaceSnapshot& NamespaceOf(ScrapeResult& result) {
  return result.snapshot.namespaces.front();
}

inline std::string Render(const ScrapeResult& result) {
  return RenderPage(result, {.hostname = "web-1", .version = "1.2.3", .telemetry_path = "/metrics"},
                    absl::UnixEpoch());
}

// The part of the page from a section's id to its end.
inline std::string SectionOf(const std::string& page, absl::string_view id) {
  const size_t from = page.find(absl::StrCat("<section id=\"", id, "\""));
  return from == std::string::npos ? "" : page.substr(from, page.find("</section>", from) - from);
}

}  // namespace tcp_lifecycle
