// Puts the check against sock_diag around a BPF reader, and its findings into the log.
#pragma once

#include <functional>
#include <memory>

#include "absl/status/statusor.h"
#include "collectors/model/socket_source.h"
#include "exporter/log.h"

namespace tcp_lifecycle {

using SourceOpener = std::function<absl::StatusOr<std::unique_ptr<SocketSource>>()>;

// Opens what `open_reader` does, checked; `open_fallback` opens what reads once it is given up.
// `logger` must outlive what is opened.
SourceOpener Checked(SourceOpener open_reader, SourceOpener open_fallback, const Logger& logger);

}  // namespace tcp_lifecycle
