// What is kept from one scrape to the next: where a namespace has listened, for a minute longer
// than it did. The TIME_WAIT sockets of a server that has closed its listener stay inbound so. The
// pass puts it into the facts before it reads sockets and brings it up to date afterwards.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "collectors/model/socket.h"

namespace tcp_lifecycle {

class ListenerMemory {
 public:
  using Clock = std::chrono::steady_clock;
  // From the first pass that missed a listener: as long as the TIME_WAIT it may have left lasts.
  static constexpr std::chrono::seconds kTime{61};
  // For each namespace. Beyond it no point is remembered that was not before.
  static constexpr size_t kMaxPoints = 16384;

  // `netns`: as the caller tells one from another.
  //
  // Every point remembered of the namespace, whether it still listens or not, in no order.
  std::vector<ListenPoint> Recall(const std::string& netns, Clock::time_point now) const;
  // `listening`: all that a whole pass over the namespace has seen.
  void Update(const std::string& netns, const absl::flat_hash_set<ListenPoint>& listening,
              Clock::time_point now);
  // Forgets all other namespaces.
  void KeepOnly(const absl::flat_hash_set<std::string>& netns);

 private:
  // By point: since when it has not been seen.
  using Points = absl::flat_hash_map<ListenPoint, std::optional<Clock::time_point>>;
  absl::flat_hash_map<std::string, Points> namespaces_;
};

}  // namespace tcp_lifecycle
