// The socket stream of one pass on its way from the source to the collectors: judges the roles that
// the source could not tell, hands each batch to every accumulator and adds up the time each takes.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "collectors/analysis/role.h"
#include "collectors/collector.h"
#include "collectors/model/socket_source.h"
#include "collectors/reports/snapshot.h"
#include "exporter/scrape/listener_memory.h"

namespace tcp_lifecycle {

// One collector in one pass.
struct Watcher {
  const Collector* collector = nullptr;
  std::unique_ptr<Accumulator> accumulator;  // null: it needs no stream
  std::chrono::steady_clock::duration busy{};
};

class Stream final : public SocketVisitor {
 public:
  // The facts of every namespace are in `snapshot`. Both outlive the stream.
  Stream(const Snapshot& snapshot, std::span<Watcher> watchers);

  void OnListeners(std::span<Listener> listeners) override;
  void OnSockets(std::span<Socket> sockets) override;
  void OnBlockedPorts(uint32_t namespace_index, const PortSet& ports) override;
  void OnOwnRange(const Socket& socket, const PortRange& range) override;
  void OnFailure(uint32_t namespace_index, const absl::Status& status) override {
    failures_[namespace_index].Update(status);
  }

  // Rows handed on so far, also when the source fails later.
  uint64_t rows() const { return rows_; }
  // Where the namespace listens, as far as the stream has come.
  const absl::flat_hash_set<ListenPoint>& listening(size_t namespace_index) const {
    return listening_[namespace_index];
  }
  // Why it is not whole; OK of the others.
  const absl::Status& failure(size_t namespace_index) const { return failures_[namespace_index]; }

 private:
  template <typename Observe>
  void ForEachWatcher(Observe observe);

  // By Socket::namespace_index.
  std::vector<RoleJudge> judges_;
  std::vector<absl::flat_hash_set<ListenPoint>> listening_;
  std::vector<absl::Status> failures_;
  std::span<Watcher> watchers_;
  uint64_t rows_ = 0;
};

}  // namespace tcp_lifecycle
