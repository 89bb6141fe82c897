#include "exporter/scrape/stream.h"

#include <optional>

namespace tcp_lifecycle {

Stream::Stream(const Snapshot& snapshot, std::span<Watcher> watchers)
    : listening_(snapshot.namespaces.size()),
      failures_(snapshot.namespaces.size()),
      watchers_(watchers) {
  judges_.reserve(snapshot.namespaces.size());
  for (const NamespaceSnapshot& netns : snapshot.namespaces) {
    const absl::StatusOr<EphemeralPorts>& ports = netns.facts.ephemeral_ports;
    judges_.emplace_back(ports.ok() ? std::optional(ports->range) : std::nullopt);
    for (const ListenPoint& point : netns.facts.earlier_listeners) {
      judges_.back().AddEarlierListener(point);
    }
  }
}

// One reading of the clock a watcher and batch: it ends this one's time and begins the next one's.
template <typename Observe>
void Stream::ForEachWatcher(Observe observe) {
  auto from = std::chrono::steady_clock::now();
  for (Watcher& watcher : watchers_) {
    if (watcher.accumulator == nullptr) continue;
    observe(*watcher.accumulator);
    const auto until = std::chrono::steady_clock::now();
    watcher.busy += until - from;
    from = until;
  }
}

void Stream::OnListeners(std::span<Listener> listeners) {
  rows_ += listeners.size();
  for (const Listener& listener : listeners) {
    judges_[listener.socket.namespace_index].AddListener(listener);
    absl::flat_hash_set<ListenPoint>& points = listening_[listener.socket.namespace_index];
    if (points.size() < ListenerMemory::kMaxPoints) points.insert(PointOf(listener));
  }
  ForEachWatcher([&](Accumulator& accumulator) { accumulator.ObserveListeners(listeners); });
}

void Stream::OnSockets(std::span<Socket> sockets) {
  rows_ += sockets.size();
  for (Socket& socket : sockets) {
    if (socket.role == Role::kUnknown) judges_[socket.namespace_index].Judge(socket);
  }
  ForEachWatcher([&](Accumulator& accumulator) { accumulator.Observe(sockets); });
}

void Stream::OnBlockedPorts(uint32_t namespace_index, const PortSet& ports) {
  ForEachWatcher(
      [&](Accumulator& accumulator) { accumulator.ObserveBlockedPorts(namespace_index, ports); });
}

void Stream::OnOwnRange(const Socket& socket, const PortRange& range) {
  ForEachWatcher([&](Accumulator& accumulator) { accumulator.ObserveOwnRange(socket, range); });
}

}  // namespace tcp_lifecycle
