// The programs behind the worst destination, the worst listener and what else is wrong: whom to ask
// about, and what the answer means. Pure; exporter/commands/doctor.cc asks.
#pragma once

#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "collectors/analysis/listen_groups.h"
#include "collectors/analysis/ranking.h"
#include "collectors/model/socket_owners.h"
#include "collectors/reports/snapshot.h"

namespace tcp_lifecycle {

// What to look at closely, in two samples of one namespace.
struct Suspects {
  std::optional<DestinationReport> destination = std::nullopt;
  bool recovered = false;  // the destination had no port left in the first sample, and has now
  std::optional<ListenGroup> listener = std::nullopt;
  std::optional<PortRange> range = std::nullopt;  // of which no port is open
  // The port of a server that leaves its connections in CLOSE_WAIT.
  std::optional<uint16_t> unclosed_port = std::nullopt;
};

// The destination: one that is exhausted, else one that was, else the fullest.
Suspects FindSuspects(const NamespaceSnapshot& first, const NamespaceSnapshot& second);

struct Programs {
  absl::Status status;  // why nothing below is known
  SocketOwners client;  // of the sockets towards the destination
  SocketOwners server;  // of their other ends, where these are on this host
  SocketOwners listener;
  SocketOwners range;        // of the sockets on its ports, those left out that are bound only
  SocketOwners unclosed;     // of the sockets in CLOSE_WAIT on that port
  bool some_hidden = false;  // there are processes that this user may not look into
};

std::vector<SocketOwnersReader::Question> QuestionsAbout(const Suspects& suspects);
// `answer`: to these questions.
Programs ProgramsFrom(const absl::StatusOr<SocketOwnersAnswer>& answer);

}  // namespace tcp_lifecycle
