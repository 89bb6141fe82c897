// Chooses how sockets are read, once, at start.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "collectors/model/socket_source.h"
#include "exporter/log/log.h"

namespace tcp_lifecycle {

using SourceOpener = std::function<absl::StatusOr<std::unique_ptr<SocketSource>>()>;

struct SourceCandidate {
  absl::string_view name;
  SourceOpener open;
  bool by_bpf = false;
};

// One that opens and answers a query for the listeners in time.
absl::StatusOr<std::unique_ptr<SocketSource>> OpenAndTry(const SourceCandidate& candidate);

// The first of `candidates` that OpenAndTry opens. Logs which
// one it is and why those before it did not work; where none does, the error has every reason.
absl::StatusOr<std::unique_ptr<SocketSource>> ChooseSource(
    const std::vector<SourceCandidate>& candidates, const Logger& logger);

}  // namespace tcp_lifecycle
