#include "collectors/kernel/bpf/sample.h"

#include <algorithm>

namespace tcp_lifecycle {

SocketSample::KindKey SocketSample::KindOf(const Socket& socket) {
  const auto flags = static_cast<uint16_t>(socket.flags & (kKeepaliveOn | kUnaccepted));
  return {socket.state, socket.family, socket.timer, socket.role, flags};
}

uint64_t SocketSample::SlotOf(uint64_t seen, size_t size) {
  if (seen <= size) return seen - 1;
  return random_() % seen;
}

void SocketSample::OnSockets(std::span<Socket> sockets) {
  for (const Socket& socket : sockets) {
    const auto kind = kinds_.find(KindOf(socket));
    if (kind != kinds_.end() || kinds_.size() < kMostKinds) {
      Kind& of_kind = kind != kinds_.end() ? kind->second : kinds_[KindOf(socket)];
      const uint64_t slot = SlotOf(++of_kind.seen, kOfEachKind);
      if (slot < kOfEachKind) of_kind.kept[slot] = socket;
    }
    const uint64_t slot = SlotOf(++seen_, kOfAll);
    if (slot == of_all_.size() && slot < kOfAll) {
      of_all_.push_back(socket);
    } else if (slot < of_all_.size()) {
      of_all_[slot] = socket;
    }
    if (!wanted_ports_[socket.local_port]) continue;
    ++on_wanted_ports_[socket.local_port];
    const auto wanted = wanted_.find(Connection::Of(socket));
    if (wanted != wanted_.end()) wanted->second.push_back(socket);
  }
}

std::vector<Socket> SocketSample::Sampled() const {
  std::vector<Socket> sampled = of_all_;
  for (const auto& [kind, of_kind] : kinds_) {
    const auto count = static_cast<std::ptrdiff_t>(std::min<uint64_t>(of_kind.seen, kOfEachKind));
    sampled.insert(sampled.end(), of_kind.kept.begin(), of_kind.kept.begin() + count);
  }
  return sampled;
}

uint32_t SocketSample::CountOn(uint16_t port) const {
  const auto found = on_wanted_ports_.find(port);
  return found == on_wanted_ports_.end() ? 0 : found->second;
}

std::span<const Socket> SocketSample::RowsOf(const Connection& connection) const {
  const auto wanted = wanted_.find(connection);
  if (wanted == wanted_.end()) return {};
  return wanted->second;
}

}  // namespace tcp_lifecycle
