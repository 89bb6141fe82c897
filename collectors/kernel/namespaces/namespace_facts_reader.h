// Reads the small facts of each watched namespace inside it: of the exporter's own all of them, of
// others those that their families are made of: settings and the counters of net/netstat. Once a
// scrape and namespace.
#pragma once

#include <utility>

#include "collectors/kernel/namespaces/netns_home.h"
#include "collectors/kernel/procfs/proc_files.h"
#include "collectors/kernel/procfs/procfs_facts_reader.h"
#include "collectors/model/facts.h"

namespace tcp_lifecycle {

// The facts that can be read of other namespaces.
inline constexpr FactSet kFactsOfOthers = {Fact::kSysctls, Fact::kEphemeralPorts, Fact::kCounters};

class NamespaceFactsReader final : public FactsReader {
 public:
  // To be made in the exporter's own namespace.
  NamespaceFactsReader(ProcFiles files, FactSet of_others)
      : files_(std::move(files)), own_(files_), of_others_(of_others & kFactsOfOthers) {}

  // Where `ns` cannot be entered, its counters and counts come from a process in it, which needs no
  // right, and `entered` has the error.
  NamespaceFacts Read(const WatchedNetns& ns, const Deadline& deadline) override;
  std::optional<uint64_t> AllocatedSockets() override { return own_.AllocatedSockets(); }

 private:
  ProcFiles files_;
  ProcfsFactsReader own_;
  FactSet of_others_;
  NetnsHome home_;
};

}  // namespace tcp_lifecycle
