#include <algorithm>
#include <cmath>
#include <vector>

#include "absl/strings/str_cat.h"
#include "collectors/analysis/port_use.h"
#include "collectors/analysis/thresholds.h"
#include "collectors/findings/inputs.h"
#include "collectors/findings/rules.h"
#include "collectors/reports/ports_report.h"
#include "collectors/reports/report_text.h"

namespace tcp_lifecycle {
namespace {

uint32_t ReservedInRange(const EphemeralPorts& ports) {
  return ports.range.size() - CountUsable(ports);
}

// Whether the usable ports are even, odd or both.
struct Parity {
  uint32_t first = 0;  // the lowest; 0 where there is none
  bool one = false;    // there is no other
  bool both = false;   // some are even and some odd
};

Parity ParityOf(const EphemeralPorts& ports) {
  Parity parity;
  for (uint32_t port = ports.range.min; port <= ports.range.max && !parity.both; ++port) {
    if (ports.reserved[port]) continue;
    parity.one = parity.first == 0;
    if (parity.one) parity.first = port;
    parity.both = port % 2 != parity.first % 2;
  }
  return parity;
}

}  // namespace

Verdict CheckPortRangeTooSmall(const RuleInput& input) {
  const auto report = ReportOf<PortsReport>(input.ns);
  if (!report.ok()) return report.status();
  if (const absl::Status status = ReuseSettings(input.ns.facts.sysctls); !status.ok()) {
    return status;
  }
  const Culprits culprits = FindCulprits(**report, [](const auto& d) { return d.ports_needed; });
  if (culprits.worst == nullptr) return std::nullopt;
  const DestinationReport& worst = *culprits.worst;
  const uint32_t open = worst.ports_open;
  const double hold = worst.hold_seconds;
  const auto needed = static_cast<uint64_t>(std::ceil(worst.ports_needed));
  return absl::StrCat(TextOf(worst), " sends ", Rounded(worst.ports_needed / hold),
                      " connections/s to TIME_WAIT, which hold ", Count(needed, "port"), " at ",
                      Rounded(hold), " s each; with ", Count(open, "open port"), " ",
                      Rounded(open / hold), " connections/s are possible.", TextOfOthers(culprits));
}

Verdict CheckOwnPortRangeFull(const RuleInput& input) {
  const auto report = ReportOf<PortsReport>(input.ns);
  if (!report.ok()) return report.status();
  if (!(*report)->own_ranges)
    return absl::NotFoundError("the source does not read IP_LOCAL_PORT_RANGE");
  const std::vector<OwnRangeReport>& ranges = *(*report)->own_ranges;
  const auto full = std::ranges::count_if(
      ranges, [](const OwnRangeReport& each) { return IsNearlyFull(each.used, each.open); });
  if (full == 0) return std::nullopt;
  const OwnRangeReport& worst = ranges.front();
  std::string line = absl::StrCat(
      ToString(worst.source), " -> ", EndpointText(worst.address, worst.port), " holds ",
      worst.used, " of ", Count(worst.open, "open port"), " of ", TextOf(worst.range),
      ", its sockets' own range (IP_LOCAL_PORT_RANGE), TIME_WAIT not counted: without a free one "
      "there connect() fails with EADDRNOTAVAIL.");
  if (full > 1) absl::StrAppend(&line, " Likewise at least ", Count(full - 1, "other range"), ".");
  return line;
}

Verdict CheckPortRangeOdd(const RuleInput& input) {
  const absl::StatusOr<EphemeralPorts>& ports = input.ns.facts.ephemeral_ports;
  if (!ports.ok()) return ports.status();
  const uint32_t size = ports->range.size();
  if (size % 2 == 0 || size == 1) return std::nullopt;
  return absl::StrCat("ip_local_port_range ", TextOf(ports->range), " has ", size,
                      " ports, an odd number: connect() may miss the last free one.");
}

Verdict CheckPortRangeSingleParity(const RuleInput& input) {
  const absl::StatusOr<EphemeralPorts>& ports = input.ns.facts.ephemeral_ports;
  if (!ports.ok()) return ports.status();
  const Parity parity = ParityOf(*ports);
  // Without any usable port, no_port_open tells.
  if (parity.first == 0 || parity.both) return std::nullopt;
  if (parity.one) {
    return absl::StrCat("Port ", parity.first, " is the only usable one of ", TextOf(ports->range),
                        ": one connection to each destination, and none while a socket is bound "
                        "to it.");
  }
  return absl::StrCat("All ", ports->range.size() - ReservedInRange(*ports), " usable ports of ",
                      TextOf(ports->range), " are ", parity.first % 2 == 0 ? "even" : "odd",
                      ": connect() and bind() to port 0, which prefer one parity each, compete.");
}

Verdict CheckReservedPortsEatRange(const RuleInput& input) {
  const absl::StatusOr<EphemeralPorts>& ports = input.ns.facts.ephemeral_ports;
  if (!ports.ok()) return ports.status();
  const uint32_t reserved = ReservedInRange(*ports);
  const uint32_t size = ports->range.size();
  if (size == 0 || 5 * reserved < size) return std::nullopt;
  return absl::StrCat("ip_local_reserved_ports takes ", reserved, " of ", size, " ports (",
                      Percent(reserved, size), " %) out of ", TextOf(ports->range), ".");
}

Verdict CheckServicePortsInRange(const RuleInput& input) {
  if (input.settings.service_ports.none()) {
    return absl::NotFoundError("no --collector.findings.service-ports");
  }
  const absl::StatusOr<EphemeralPorts>& ports = input.ns.facts.ephemeral_ports;
  if (!ports.ok()) return ports.status();
  PortSet exposed;
  for (uint32_t port = ports->range.min; port <= ports->range.max; ++port) {
    exposed[port] = input.settings.service_ports[port] && !ports->reserved[port];
  }
  if (exposed.none()) return std::nullopt;
  return absl::StrCat(Count(exposed.count(), "service port"),
                      " (--collector.findings.service-ports) in ", TextOf(ports->range),
                      exposed.count() == 1 ? " is" : " are",
                      " not reserved: an outgoing connection may take one and collide with its "
                      "service. To add to net.ipv4.ip_local_reserved_ports: ",
                      ToString(exposed), ".");
}

}  // namespace tcp_lifecycle
