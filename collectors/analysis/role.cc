#include "collectors/analysis/role.h"

namespace tcp_lifecycle {
namespace {

Role ByPorts(const Socket& socket, const std::optional<PortRange>& range) {
  if (!range) return Role::kUnknown;
  const bool local = range->Contains(socket.local_port);
  const bool remote = range->Contains(socket.remote_port);
  if (local == remote) return Role::kUnknown;
  return local ? Role::kOutbound : Role::kInbound;
}

}  // namespace

void ListenerSet::Add(const ListenPoint& point) {
  if (point.address.IsAny()) {
    if (point.address.family() == Family::kIpv4) {
      any_ipv4_[point.port] = true;
    } else {
      any_ipv6_[point.port] = true;
      if (!point.v6_only) any_ipv4_[point.port] = true;
    }
  } else if (addresses_.size() < kMaxAddresses) {
    ports_[point.port] = true;
    addresses_.emplace(point.address, point.port);
  } else {
    any_ipv4_[point.port] = any_ipv6_[point.port] = true;
  }
}

bool ListenerSet::Takes(const Socket& socket) const {
  const uint16_t port = socket.local_port;
  if (socket.family == Family::kIpv4 ? any_ipv4_[port] : any_ipv6_[port]) return true;
  return ports_[port] && addresses_.contains(std::pair(socket.local_address, port));
}

void RoleJudge::AddEarlierListener(const ListenPoint& point) {
  if (!earlier_) earlier_.emplace();
  earlier_->Add(point);
}

void RoleJudge::Judge(Socket& socket) const {
  if (socket.state == TcpState::kBoundInactive) {
    socket.role = Role::kUnknown;
  } else if (socket.state == TcpState::kSynSent) {
    socket.role = Role::kOutbound;
  } else if (socket.state == TcpState::kSynRecv || open_.Takes(socket)) {
    socket.role = Role::kInbound;
  } else {
    socket.role = ByPorts(socket, range_);
    if (socket.role == Role::kInbound || !earlier_ || !earlier_->Takes(socket)) return;
    if (socket.role == Role::kOutbound) {
      socket.role = Role::kUnknown;
    } else {
      socket.role = Role::kInbound;
      socket.flags |= kByClosedListener;
    }
  }
}

}  // namespace tcp_lifecycle
