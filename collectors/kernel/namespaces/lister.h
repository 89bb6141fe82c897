// Lists the network namespaces to watch, with a way into each. The scraper asks at the start of a
// pass. What it hands out holds the namespaces open, so a list must not outlive its pass; the
// lister itself remembers numbers only, and no namespace lives longer for being watched.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "collectors/kernel/procfs/proc_files.h"
#include "collectors/model/netns.h"

namespace tcp_lifecycle {

class LiveNetnsLister : public NetnsLister {
 public:
  // `run_dir`: /run, or where the host's is mounted.
  LiveNetnsLister(ProcFiles files, std::string run_dir, NetnsSelection selection, Netns own)
      : files_(std::move(files)),
        run_dir_(std::move(run_dir)),
        selection_(std::move(selection)),
        own_(std::move(own)) {}

  // Looks at nothing where only the exporter's own is selected. The own one has no entrance and no
  // pid. A namespace that ends during the call is not in the list; one that is selected by name and
  // was not found is, with NotFound for its entrance, or DeadlineExceeded where the search was cut.
  NetnsList List(const Deadline& deadline) override;

 private:
  ProcFiles files_;
  std::string run_dir_;
  NetnsSelection selection_;
  Netns own_;
  std::vector<uint64_t> before_;  // the inodes in the list before, in its order
};

}  // namespace tcp_lifecycle
