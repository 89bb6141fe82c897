// What the collectors' accumulators share: a state for each namespace, filled as the stream passes
// and made into that namespace's report at its end, or the stream's error in its place.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "collectors/collector.h"
#include "collectors/reports/snapshot.h"

namespace tcp_lifecycle {

template <typename Report, typename State = Report>
class ReportAccumulator : public Accumulator {
 public:
  // `states` has one for each namespace.
  explicit ReportAccumulator(std::vector<State> states) : states_(std::move(states)) {}
  explicit ReportAccumulator(const Snapshot& snapshot) : states_(snapshot.namespaces.size()) {}

  void Finish(Snapshot& snapshot) final {
    for (size_t i = 0; i < states_.size(); ++i) {
      NamespaceSnapshot& ns = snapshot.namespaces[i];
      if (ns.stream.ok()) {
        ns.reports.Set<Report>(Make(std::move(states_[i]), ns.facts, snapshot.pass));
      } else {
        ns.reports.Set<Report>(ns.stream);
      }
    }
  }

 protected:
  State& Of(uint32_t namespace_index) { return states_[namespace_index]; }
  State& Of(const Socket& socket) { return Of(socket.namespace_index); }

 private:
  virtual absl::StatusOr<Report> Make(State state, const NamespaceFacts& facts,
                                      const PassInfo& pass) const = 0;

  std::vector<State> states_;
};

}  // namespace tcp_lifecycle
