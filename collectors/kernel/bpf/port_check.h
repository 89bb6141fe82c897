// Checks which ports a reader takes for held. A dump does not report that, but a listener's port is
// held for certain.
#pragma once

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "collectors/base/deadline.h"
#include "collectors/kernel/sock_diag/lookup.h"
#include "collectors/model/socket_source.h"

namespace tcp_lifecycle {

// The ports of listeners where the reader repeatedly takes all of them for free and there are three
// at least; empty where it holds any, or does not report ports. The errors of both readers.
absl::StatusOr<std::vector<uint16_t>> ListenersTakenForFree(SocketSource& reader,
                                                            SocketLookup& lookup,
                                                            const Deadline& deadline);

}  // namespace tcp_lifecycle
