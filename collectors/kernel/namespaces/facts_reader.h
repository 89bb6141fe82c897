// Reads the small facts of each watched namespace inside it: of the exporter's own all of them, of
// others what the compact set of metrics needs. Once a scrape and namespace.
#pragma once

#include <utility>

#include "collectors/kernel/namespaces/netns_home.h"
#include "collectors/kernel/procfs/facts_reader.h"
#include "collectors/kernel/procfs/proc_files.h"
#include "collectors/model/facts.h"

namespace tcp_lifecycle {

class NamespaceFactsReader final : public FactsReader {
 public:
  // To be made in the exporter's own namespace.
  explicit NamespaceFactsReader(ProcFiles files) : files_(std::move(files)), own_(files_) {}

  // Where `ns` cannot be entered, its counters and counts come from a process in it, which needs no
  // right, and all else is the error.
  NamespaceFacts Read(const WatchedNetns& ns) override;
  std::optional<uint64_t> AllocatedSockets() override { return own_.AllocatedSockets(); }

 private:
  ProcFiles files_;
  ProcfsFactsReader own_;
  NetnsHome home_;
};

}  // namespace tcp_lifecycle
