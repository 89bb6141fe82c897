#include "exporter/doctor/remedies.h"

#include <array>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "collectors/reports/report_text.h"

namespace tcp_lifecycle {
namespace {

// A range that can hardly be made wider: nearly all ports that need no privilege.
constexpr uint32_t kWideRange = 60000;

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
  std::vector<std::string> settings;
  if (reuse_off) settings.push_back(absl::StrCat("net.ipv4.tcp_tw_reuse=1 (", *reuse, " now)"));
  if (timestamps_off) settings.emplace_back("net.ipv4.tcp_timestamps=1 (0 now)");
  if (settings.empty()) return;
  const absl::StatusOr<int64_t>& delay = sysctls[Sysctl::kTwReuseDelay];
  remedies.push_back(absl::StrCat(
      "Set ", absl::StrJoin(settings, " and "), ": connect() may then take over a port after ",
      WaitText(static_cast<double>(delay.value_or(1000)) / 1000),
      " of TIME_WAIT instead of 60 s, where the peer sends timestamps. bind() may not."));
}

void AddRange(const PortsReport& ports, const EphemeralPorts& range,
              std::vector<std::string>& remedies) {
  if (range.range.size() < kWideRange) {
    remedies.push_back(absl::StrCat("Widen net.ipv4.ip_local_port_range (", range.range.min, " ",
                                    range.range.max, ", ", Count(range.range.size(), "port"),
                                    " now), such as to 1024 65535, with the ports of the listeners "
                                    "inside it in net.ipv4.ip_local_reserved_ports."));
  }
  const uint32_t reserved = range.range.size() - ports.capacity.usable;
  if (reserved > 0) {
    remedies.push_back(absl::StrCat("Free ", Count(reserved, "port"),
                                    " of the range from net.ipv4.ip_local_reserved_ports, those "
                                    "that nothing listens on."));
  }
  constexpr std::array<absl::string_view, kPortBlockCount> kHolders = {
      "listeners", "bound sockets that are not connected", "accepted connections"};
  std::vector<std::string> blocks;
  for (size_t by = 0; by < kPortBlockCount; ++by) {
    const uint32_t count = ports.blocked[by].value_or(0);
    if (count > 0) blocks.push_back(absl::StrCat(count, " by ", kHolders[by]));
  }
  if (!blocks.empty()) {
    remedies.push_back(
        absl::StrCat("Move out of the range what blocks ", Count(ports.capacity.blocked, "port"),
                     " of it to every connect(): ", absl::StrJoin(blocks, ", "), "."));
  }
}

}  // namespace

std::vector<std::string> RemediesFor(const DoctorDestination& destination, const PortsReport& ports,
                                     const NamespaceFacts& facts) {
  std::vector<std::string> remedies;
  if (!destination.scarce()) return remedies;
  AddPool(destination.report, remedies);
  AddReuse(destination.report, facts.sysctls, remedies);
  if (facts.ephemeral_ports.ok()) AddRange(ports, *facts.ephemeral_ports, remedies);
  if (destination.outlook != Outlook::kNoOpenPort) {
    remedies.emplace_back(
        "Add source addresses here, or addresses or ports at the destination: each pair has the "
        "whole range for itself.");
  }
  return remedies;
}

}  // namespace tcp_lifecycle
