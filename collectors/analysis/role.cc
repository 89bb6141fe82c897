#include "collectors/analysis/role.h"

namespace tcp_lifecycle {

void RoleJudge::AddListener(const Listener& listener) {
  const IpAddress& address = listener.socket.local_address;
  const uint16_t port = listener.socket.local_port;
  if (address.IsAny()) {
    if (address.family() == Family::kIpv4) {
      any_ipv4_[port] = true;
    } else {
      any_ipv6_[port] = true;
      if (!listener.v6_only.value_or(false)) any_ipv4_[port] = true;
    }
  } else if (addresses_.size() < kMaxAddresses) {
    ports_[port] = true;
    addresses_.emplace(address, port);
  } else {
    any_ipv4_[port] = any_ipv6_[port] = true;
  }
}

Role RoleJudge::Judge(const Socket& socket) const {
  if (socket.state == TcpState::kBoundInactive) return Role::kUnknown;
  if (HasListener(socket)) return Role::kInbound;
  if (!range_) return Role::kUnknown;
  const bool local = range_->Contains(socket.local_port);
  const bool remote = range_->Contains(socket.remote_port);
  if (local == remote) return Role::kUnknown;
  return local ? Role::kOutbound : Role::kInbound;
}

bool RoleJudge::HasListener(const Socket& socket) const {
  const uint16_t port = socket.local_port;
  if (socket.family == Family::kIpv4 ? any_ipv4_[port] : any_ipv6_[port]) return true;
  return ports_[port] && addresses_.contains(std::pair(socket.local_address, port));
}

}  // namespace tcp_lifecycle
