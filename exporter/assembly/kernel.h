// Opens everything the exporter reads, as the command line chooses it: the live kernel or a
// recording.
#pragma once

#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "collectors/model/connect_events.h"
#include "collectors/model/facts.h"
#include "collectors/model/netns.h"
#include "collectors/model/process.h"
#include "collectors/model/socket_owners.h"
#include "collectors/model/socket_source.h"
#include "exporter/assembly/source_choice.h"
#include "exporter/cli/options.h"
#include "exporter/log/log.h"

namespace tcp_lifecycle {

struct Kernel {
  std::unique_ptr<SocketSource> sockets;
  std::unique_ptr<NetnsLister> namespaces;
  std::unique_ptr<FactsReader> facts;
  std::unique_ptr<ConnectEventsReader> connect_events;  // null where they are not counted
  std::unique_ptr<ProcessStatsReader> process;          // always of the live exporter
};

struct KernelNeeds {
  bool sockets = true;                       // else no source is opened, and none can be missing
  bool connect_events = false;               // where BPF can count them
  FactSet facts_of_others = FactSet::All();  // what is read of namespaces but the exporter's own
};

// The ways to read the sockets of the live kernel that `options` allow, the best first; none checks
// itself.
std::vector<SourceCandidate> LiveSources(const Options& options);

// The error names the flag whose choice does not work.
absl::StatusOr<Kernel> OpenKernel(const Options& options, const KernelNeeds& needs,
                                  const Logger& logger);

// Finds the programs behind sockets; null with a recording, which does not tell.
std::unique_ptr<SocketOwnersReader> OpenSocketOwners(const Options& options);

}  // namespace tcp_lifecycle
