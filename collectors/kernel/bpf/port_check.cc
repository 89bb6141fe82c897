#include "collectors/kernel/bpf/port_check.h"

#include <algorithm>
#include <optional>

#include "absl/container/btree_set.h"

namespace tcp_lifecycle {
namespace {

constexpr size_t kDumpRows = 64;
constexpr int kRounds = 3;
// A few may be held in ways that connect() may share.
constexpr size_t kFewestPorts = 3;

struct BlockedPorts : SocketVisitor {
  void OnBlockedPorts(uint32_t /*namespace_index*/, const PortSet& blocked) override {
    ports = blocked;
  }
  std::optional<PortSet> ports;  // nullopt: the reader does not report them
};

}  // namespace

absl::StatusOr<std::vector<uint16_t>> ListenersTakenForFree(SocketSource& reader,
                                                            SocketLookup& lookup,
                                                            const Deadline& deadline) {
  absl::btree_set<uint16_t> ports;
  for (int round = 0; round < kRounds; ++round) {
    const absl::StatusOr<std::vector<FoundSocket>> listeners =
        lookup.First({TcpState::kListen}, kDumpRows, deadline);
    if (!listeners.ok()) return listeners.status();
    BlockedPorts blocked;
    const absl::StatusOr<PassInfo> info =
        reader.ForEach({{TcpState::kBoundInactive}}, deadline, blocked);
    if (!info.ok()) return info.status();
    if (!blocked.ports) return std::vector<uint16_t>();
    ports.clear();
    for (const FoundSocket& listener : *listeners) ports.insert(listener.socket.local_port);
    const bool holds_any = std::any_of(ports.begin(), ports.end(),
                                       [&](uint16_t port) { return (*blocked.ports)[port]; });
    if (holds_any || ports.size() < kFewestPorts) return std::vector<uint16_t>();
  }
  return std::vector<uint16_t>(ports.begin(), ports.end());
}

}  // namespace tcp_lifecycle
