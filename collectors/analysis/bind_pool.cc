#include "collectors/analysis/bind_pool.h"

#include <algorithm>
#include <tuple>

namespace tcp_lifecycle {

void BindPool::Add(const Socket& socket) {
  const IpAddress& address = socket.local_address;
  if (address.IsAny()) {
    if (address.family() == Family::kIpv6) any_ipv6_[socket.local_port] = true;
    if ((socket.flags & kV6Only) == 0) any_ipv4_[socket.local_port] = true;
    return;
  }
  const auto found = sources_.find(address);
  if (found != sources_.end()) {
    found->second[socket.local_port] = true;
  } else if (sources_.size() < kMaxSources) {
    sources_[address][socket.local_port] = true;
  }
}

std::vector<BindSource> BindPool::Fullest(const PortSet& usable, size_t count) const {
  std::vector<BindSource> sources;
  sources.reserve(sources_.size());
  for (const auto& [address, held] : sources_) {
    const PortSet& any = address.family() == Family::kIpv4 ? any_ipv4_ : any_ipv6_;
    sources.push_back({address, static_cast<uint32_t>((usable & ~(held | any)).count())});
  }
  std::sort(sources.begin(), sources.end(), [](const BindSource& a, const BindSource& b) {
    return std::tie(a.free, a.address) < std::tie(b.free, b.address);
  });
  if (sources.size() > count) sources.resize(count);
  return sources;
}

}  // namespace tcp_lifecycle
