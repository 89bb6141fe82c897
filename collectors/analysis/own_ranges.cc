#include "collectors/analysis/own_ranges.h"

#include <algorithm>
#include <tuple>

namespace tcp_lifecycle {
namespace {

constexpr uint32_t kPorts = 65536;

// As the kernel's inet_sk_get_local_port_range(): each bound counts only inside the range that is
// left so far.
PortRange Effective(const PortRange& own, PortRange of_namespace) {
  PortRange range = of_namespace;
  if (range.Contains(own.min)) range.min = own.min;
  if (range.Contains(own.max)) range.max = own.max;
  return range;
}

bool IsOpen(const PortUse& ports, uint16_t port) {
  return ports.usable()[port] && !ports.blocked(port);
}

}  // namespace

void OwnRanges::Add(const Socket& socket, const PortRange& range, const PortRange& of_namespace,
                    const PortUse& ports) {
  const Key key = {socket.local_address, socket.remote_address, socket.remote_port,
                   Effective(range, of_namespace)};
  auto found = used_.find(key);
  if (found == used_.end()) {
    if (used_.size() >= kMaxEntries) return;
    found = used_.emplace(key, 0).first;
  }
  // One that bound its port holds none that connect() would choose.
  if (key.range.Contains(socket.local_port) && IsOpen(ports, socket.local_port)) ++found->second;
}

std::vector<OwnRangeReport> OwnRanges::Fullest(const PortUse& ports, size_t count) const {
  if (used_.empty()) return {};
  std::vector<uint32_t> open_below(kPorts + 1);
  for (uint32_t port = 0; port < kPorts; ++port) {
    open_below[port + 1] = open_below[port] + (IsOpen(ports, static_cast<uint16_t>(port)) ? 1 : 0);
  }
  std::vector<OwnRangeReport> reports;
  reports.reserve(used_.size());
  for (const auto& [key, used] : used_) {
    const uint32_t open = open_below[key.range.max + 1U] - open_below[key.range.min];
    reports.push_back({key.source, key.address, key.port, key.range, open, used});
  }
  std::sort(reports.begin(), reports.end(), [](const OwnRangeReport& a, const OwnRangeReport& b) {
    const auto order = [](const OwnRangeReport& report) {
      return std::tuple(-report.utilization(), report.source, report.address, report.port,
                        report.range.min, report.range.max);
    };
    return order(a) < order(b);
  });
  if (reports.size() > count) reports.resize(count);
  return reports;
}

}  // namespace tcp_lifecycle
