// What the collectors' accumulators share: one report a namespace, filled as the stream passes and
// handed over at its end, or the stream's error in its place.
#pragma once

#include <utility>
#include <vector>

#include "collectors/collector.h"
#include "collectors/snapshot.h"

namespace tcp_lifecycle {

template <typename Report>
class ReportAccumulator : public Accumulator {
 public:
  explicit ReportAccumulator(const Snapshot& snapshot) : reports_(snapshot.namespaces.size()) {}

  void Finish(Snapshot& snapshot) override {
    for (size_t i = 0; i < reports_.size(); ++i) {
      NamespaceSnapshot& ns = snapshot.namespaces[i];
      if (ns.stream.ok()) {
        ns.Get<Report>() = std::move(reports_[i]);
      } else {
        ns.Get<Report>() = ns.stream;
      }
    }
  }

 protected:
  Report& Of(const Socket& socket) { return reports_[socket.namespace_index]; }
  Report& Of(size_t namespace_index) { return reports_[namespace_index]; }

 private:
  std::vector<Report> reports_;
};

}  // namespace tcp_lifecycle
