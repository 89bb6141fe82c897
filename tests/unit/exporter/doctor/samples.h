// Namespaces and destinations as a pass would leave them, for the doctor's tests: ten usable ports,
// nothing wrong but what a test sets.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "collectors/findings/rule.h"
#include "collectors/reports/findings_report.h"
#include "collectors/reports/listen_report.h"
#include "collectors/reports/ports_report.h"
#include "collectors/reports/time_wait_report.h"
#include "exporter/doctor/outlook.h"
#include "exporter/scrape/scrape_result.h"
#include "tests/unit/builders.h"

namespace tcp_lifecycle {

inline constexpr uint32_t kTestPorts = 10;

// To 192.0.2.2, port 6379, with as many ports left as are not in use.
inline DestinationReport DestinationOf(uint32_t used, uint32_t time_wait = 0,
                                       const std::string& source = "192.0.2.1") {
  DestinationReport report;
  report.source = Ip(source);
  report.address = Ip("192.0.2.2");
  report.port = 6379;
  report.used = used;
  report.time_wait = time_wait;
  report.reusable = 0;
  report.headroom = {kTestPorts - used, kTestPorts - used};
  report.utilization = {used / double{kTestPorts}, used / double{kTestPorts}};
  report.occupancy = report.utilization.min;
  return report;
}

inline PortsReport PortsOf(std::vector<DestinationReport> destinations) {
  PortsReport report;
  report.blocked = {0, 0, 0};
  report.capacity.usable = kTestPorts;
  report.distinct_destinations = destinations.size();
  report.destinations = std::move(destinations);
  return report;
}

inline NamespaceSnapshot NamespaceWith(std::vector<DestinationReport> destinations) {
  NamespaceSnapshot ns;
  ns.facts.netns.name = "host";
  ns.facts.ephemeral_ports = EphemeralPorts{{40000, 40009}, {}};
  ns.facts.sockstat = Sockstat();
  ns.facts.socket_memory_limit = SocketMemoryLimit();
  Sysctls& sysctls = ns.facts.sysctls;
  sysctls[Sysctl::kTwReuse] = 0;
  sysctls[Sysctl::kTimestamps] = 1;
  sysctls[Sysctl::kTwReuseDelay] = 1000;
  sysctls[Sysctl::kFinTimeout] = 60;
  ns.reports.Set<PortsReport>(PortsOf(std::move(destinations)));
  ns.reports.Set<TimeWaitReport>(TimeWaitReport());
  ns.reports.Set<ListenReport>(ListenReport());
  return ns;
}

inline std::vector<DoctorDestination> ForeseenOf(const NamespaceSnapshot& ns) {
  const PortsReport& ports = *ns.reports.Get<PortsReport>();
  std::vector<DoctorDestination> destinations;
  for (const DestinationReport& report : ports.destinations) {
    destinations.push_back(Foresee(report, ports.capacity));
  }
  return destinations;
}

// With the findings of its facts and reports.
inline NamespaceSnapshot Judged(NamespaceSnapshot ns) {
  ns.reports.Set<FindingsReport>(FindingsReport{CheckAll({ns, {}})});
  return ns;
}

inline ScrapeResult ResultWith(NamespaceSnapshot ns) {
  ScrapeResult result;
  result.snapshot.namespaces.push_back(Judged(std::move(ns)));
  result.source = "sock_diag";
  return result;
}

}  // namespace tcp_lifecycle
