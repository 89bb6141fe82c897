// Reads the small facts of the reader's own namespace from /proc/net and /proc/sys, once a scrape.
#pragma once

#include <utility>

#include "collectors/kernel/procfs/proc_files.h"
#include "collectors/model/facts.h"

namespace tcp_lifecycle {

class ProcfsFactsReader : public FactsReader {
 public:
  // `netns`: whose facts the files hold; FindOwnNetns tells for a live /proc, whose net/ and
  // sys/net/ are always the reader's own, a recording says it itself.
  ProcfsFactsReader(ProcFiles files, Netns netns)
      : files_(std::move(files)), netns_(std::move(netns)) {}

  // Each error names its file: NotFound or PermissionDenied with the whole path, DataLoss with the
  // offending text. A sysctl that is absent is no error, and neither is one of snmp and netstat:
  // what it would tell is unset.
  NamespaceFacts Read() override;

 private:
  ProcFiles files_;
  Netns netns_;
};

}  // namespace tcp_lifecycle
