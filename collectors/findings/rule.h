// What is wrong with a namespace, or will be: rules, each a pure function of one pass's reports and
// facts. The findings collector checks them all, once a pass. CONTRIBUTING.md shows how to add one;
// deploy/runbooks/findings.md has a section for each, named like the rule.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "collectors/model/port_set.h"
#include "collectors/reports/findings_report.h"
#include "collectors/reports/snapshot.h"

namespace tcp_lifecycle {

struct FindingSettings {
  // After so much silence NAT gateways and load balancers forget a connection.
  int64_t idle_timeout_seconds = 240;
  // What rules of the packet filter or a load balancer answer for, such as NodePorts: no socket
  // shows it.
  PortSet service_ports = {};
};

struct RuleInput {
  const NamespaceSnapshot& ns;
  const FindingSettings& settings;
};

struct Rule : RuleInfo {
  Verdict (*check)(const RuleInput& input);
};

// In the order of the page.
std::span<const Rule> AllRules();

// All rules, in their order.
std::vector<Finding> CheckAll(const RuleInput& input);

}  // namespace tcp_lifecycle
