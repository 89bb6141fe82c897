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
#include "collectors/snapshot.h"

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

  // Rows handed on so far, also when the source fails later.
  uint64_t rows() const { return rows_; }

 private:
  template <typename Observe>
  void ForEachWatcher(Observe observe);

  std::vector<RoleJudge> judges_;  // by Socket::namespace_index
  std::span<Watcher> watchers_;
  uint64_t rows_ = 0;
};

}  // namespace tcp_lifecycle
