#include "exporter/doctor/remedies.h"

#include <algorithm>
#include <iterator>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "collectors/analysis/reuse.h"
#include "collectors/reports/listen_report.h"
#include "collectors/reports/ports_report.h"
#include "collectors/reports/report_text.h"

namespace tcp_lifecycle {
namespace {

// As wide as a range can be without the ports of most servers.
constexpr PortRange kWide = {10240, 65535};

void AddPool(const DestinationReport& report, std::vector<std::string>& remedies) {
  const uint32_t live = report.used - report.time_wait;
  if (report.time_wait > 0) {
    remedies.push_back(
        absl::StrCat("Reuse connections: TIME_WAIT, left by those that were closed here, holds ",
                     report.time_wait, " of ", Count(report.used, "port"),
                     " in use. A connection pool in the client, or "
                     "upstream keepalive in a proxy, opens few and keeps them."));
  }
  if (live > 0 && live >= report.time_wait) {
    remedies.push_back(absl::StrCat(
        "Open fewer: ", Count(live, "port"),
        live == 1 ? " is held by a live connection." : " are held by live connections.",
        " Limit the connection pool, close what is idle, or share connections."));
  }
}

void AddReuse(const DestinationReport& report, const Sysctls& sysctls,
              std::vector<std::string>& remedies) {
  if (report.time_wait == 0 ||
      ReuseRule(sysctls).Applies(report.source, report.address, report.scope))
    return;
  const absl::StatusOr<int64_t>& reuse = sysctls[Sysctl::kTwReuse];
  const absl::StatusOr<int64_t>& timestamps = sysctls[Sysctl::kTimestamps];
  const bool reuse_off = reuse.ok() && *reuse != 1;
  const bool timestamps_off = timestamps.ok() && *timestamps == 0;
  if (!timestamps_off && report.never_reused == report.time_wait) return;
  std::vector<std::string> settings;
  if (reuse_off) settings.push_back(absl::StrCat("net.ipv4.tcp_tw_reuse=1 (", *reuse, " now)"));
  if (timestamps_off) settings.emplace_back("net.ipv4.tcp_timestamps=1 (0 now)");
  const absl::StatusOr<int64_t>& delay = sysctls[Sysctl::kTwReuseDelay];
  remedies.push_back(absl::StrCat(
      "Set ", absl::StrJoin(settings, " and "), ": connect() may then take over a port after ",
      WaitText(static_cast<double>(delay.value_or(kReuseDelayMs)) / 1000),
      " of TIME_WAIT instead of 60 s, where the peer sends timestamps. bind() may not."));
}

// What listens where a wider range would begin and end.
std::string ListenersIn(const PortRange& wide, const EphemeralPorts& now,
                        const ListenReport* listen) {
  std::set<uint16_t> ports;
  if (listen != nullptr) {
    for (const ListenGroup& group : listen->groups) {
      const bool added = wide.Contains(group.port) && !now.range.Contains(group.port);
      if (added && !now.reserved[group.port]) ports.insert(group.port);
    }
  }
  if (ports.empty()) return "";
  constexpr size_t kMostNamed = 10;
  const size_t more = ports.size() - std::min(ports.size(), kMostNamed);
  while (ports.size() > kMostNamed) ports.erase(std::prev(ports.end()));
  return absl::StrCat(", now ", absl::StrJoin(ports, ", "),
                      more > 0 ? absl::StrCat(" and ", more, " more") : "");
}

void AddRange(const NamespaceSnapshot& ns, const PortsReport& ports,
              std::vector<std::string>& remedies) {
  const PortRange& range = ns.facts.ephemeral_ports->range;
  if (range.size() < kWide.size()) {
    const PortRange wide = {std::min(range.min, kWide.min), kWide.max};
    remedies.push_back(absl::StrCat(
        "Widen net.ipv4.ip_local_port_range (", range.min, " ", range.max, ", ",
        Count(range.size(), "port"), " now), such as to ", wide.min, " ", wide.max,
        ". Before that, put into net.ipv4.ip_local_reserved_ports what servers use there, or "
        "outgoing connections take their ports: what listens",
        ListenersIn(wide, *ns.facts.ephemeral_ports, ns.reports.Get<ListenReport>()),
        "; services that start later; Kubernetes NodePorts (30000-32767)."));
  }
  const uint32_t reserved = range.size() - ports.capacity.usable;
  if (reserved > 0) {
    remedies.push_back(absl::StrCat("Free ", Count(reserved, "port"),
                                    " of the range from net.ipv4.ip_local_reserved_ports, those "
                                    "that nothing listens on."));
  }
}

// Ports that are lost to every connect().
void AddBlocked(const PortsReport& ports, std::vector<std::string>& remedies) {
  const auto blocked = [&](PortBlock by) {
    return ports.blocked[static_cast<size_t>(by)].value_or(0);
  };
  if (const uint32_t bound = blocked(PortBlock::kBound); bound > 0) {
    remedies.push_back(absl::StrCat(
        "Leave out bind() before connect(), or set IP_BIND_ADDRESS_NO_PORT before it: sockets "
        "that ",
        ports.knows_bound ? "were bound first, connected ones included,"
                          : "are bound and not connected",
        " keep ", Count(bound, "port"), " from every connect(). tcp_tw_reuse does not help them."));
  }
  const uint32_t listening = blocked(PortBlock::kListen);
  const uint32_t accepted = blocked(PortBlock::kInbound);
  if (listening + accepted > 0) {
    remedies.push_back(absl::StrCat("Move servers out of the range: listeners hold ",
                                    Count(listening, "port"), " of it, accepted connections ",
                                    accepted, ", all lost to every connect()."));
  }
}

}  // namespace

std::vector<std::string> RemediesFor(const DoctorDestination& destination,
                                     const NamespaceSnapshot& ns) {
  std::vector<std::string> remedies;
  const auto* ports = ns.reports.Get<PortsReport>();
  if (ports == nullptr || !destination.scarce()) return remedies;
  // What holds more of the ports comes first.
  const bool mostly_blocked = 2 * ports->capacity.blocked > ports->capacity.usable;
  if (mostly_blocked) AddBlocked(*ports, remedies);
  // Where no port is open, one destination's connections are not what holds them all.
  const bool any_open = ports->capacity.open() > 0;
  if (any_open) {
    AddPool(destination.report, remedies);
    AddReuse(destination.report, ns.facts.sysctls, remedies);
  }
  if (!mostly_blocked) AddBlocked(*ports, remedies);
  if (ns.facts.ephemeral_ports.ok()) AddRange(ns, *ports, remedies);
  if (any_open) {
    remedies.emplace_back(
        "Add source addresses here, or addresses or ports at the destination: each pair has the "
        "whole range for itself.");
  }
  return remedies;
}

}  // namespace tcp_lifecycle
