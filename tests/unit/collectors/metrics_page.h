// What the collectors' tests share: a snapshot with every fact known, a pass over given sockets,
// and the page that one collector makes of it.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "collectors/collector.h"
#include "collectors/reports/snapshot.h"
#include "tests/unit/builders.h"

namespace tcp_lifecycle {

// One namespace `self` of a recent kernel: range 40000-40009 with 40000 reserved, every sysctl,
// counter and sockstat field known, each with a value of its own; the source knows all.
Snapshot MakeSnapshot();
// The same facts; for any name but `self`, of another namespace than the exporter's.
NamespaceSnapshot MakeNamespace(const std::string& name);
// Reads these of its facts as failed, each with its own message.
void FailFacts(NamespaceFacts& facts, FactSet failed = FactSet::All());

// Begin, the listeners, the sockets, Finish. `blocked`: the ports of the namespace that the source
// knows to be, where it does.
void RunPass(const Collector& collector, Snapshot& snapshot, const std::vector<Listener>& listeners,
             const std::vector<Socket>& sockets, const std::vector<uint16_t>* blocked = nullptr);

// Series by a short name: without the prefix, quotes and `netns="self"`, as
// `sockets{family=ipv4,state=listen}`. A series that stands twice fails the test.
class Page {
 public:
  Page(const Collector& collector, const Snapshot& snapshot);

  const absl::Status& status() const { return status_; }
  // nullopt when it is absent.
  std::optional<double> operator[](const std::string& series) const;
  // Families that have series, in the order of the page, without prefix.
  const std::vector<std::string>& families() const { return families_; }
  size_t size() const { return series_.size(); }

 private:
  absl::Status status_;
  std::vector<std::string> families_;
  std::map<std::string, double> series_;
};

}  // namespace tcp_lifecycle
