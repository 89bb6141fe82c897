#include "tests/unit/collectors/findings/healthy.h"

#include <gtest/gtest.h>

namespace tcp_lifecycle {

NamespaceSnapshot MakeHealthy() {
  NamespaceSnapshot ns;
  NamespaceFacts& facts = ns.facts;
  facts.netns = {"self", 4026531840, ""};
  Sysctls& sysctls = facts.sysctls;
  sysctls[Sysctl::kTwReuse] = 2;
  sysctls[Sysctl::kTwReuseDelay] = 1000;
  sysctls[Sysctl::kTimestamps] = 1;
  sysctls[Sysctl::kMaxOrphans] = 16384;
  sysctls[Sysctl::kMaxTwBuckets] = 131072;
  sysctls[Sysctl::kKeepaliveTime] = 200;  // 7200 by default, which is a finding
  sysctls[Sysctl::kSomaxconn] = 4096;
  sysctls[Sysctl::kSyncookies] = 1;
  sysctls[Sysctl::kAbortOnOverflow] = 0;
  facts.socket_memory_limit = SocketMemoryLimit{100 << 20, 150 << 20, 200 << 20};
  facts.ephemeral_ports = EphemeralPorts{{32768, 60999}, {}};
  facts.sockstat = Sockstat{0, 0, 0, 0};
  PortsReport ports;
  ports.capacity.usable = 28232;
  ports.blocked = {0, 0, 0};
  ports.knows_bound = true;
  ports.own_ranges.emplace();
  ports.bind_sources.emplace();
  ports.bind_free_any = 28232;
  ns.reports.Set<PortsReport>(ports);
  ns.reports.Set<ListenReport>(ListenReport());
  ns.reports.Set<KeepaliveReport>(KeepaliveReport());
  return ns;
}

DestinationReport& AddDestination(PortsReport& report, const std::string& address, uint32_t used) {
  DestinationUse use;
  use.used = used;
  DestinationReport destination;
  destination.source = Ip("10.0.0.1");
  destination.address = Ip(address);
  destination.port = 80;
  destination.used = used;
  destination.reusable = 0;
  destination.headroom = HeadroomOf(use, report.capacity);
  destination.utilization = UtilizationOf(destination.headroom, report.capacity);
  return report.destinations.emplace_back(destination);
}

Verdict Check(absl::string_view rule, const NamespaceSnapshot& ns,
              const FindingSettings& settings) {
  for (const Rule& candidate : AllRules()) {
    if (candidate.name == rule) return candidate.check({ns, settings});
  }
  ADD_FAILURE() << "no rule " << rule;
  return absl::InternalError("no such rule");
}

}  // namespace tcp_lifecycle
