// Puts the check against sock_diag around a BPF reader, and its findings into the log.
#pragma once

#include "exporter/assembly/source_choice.h"
#include "exporter/log/log.h"

namespace tcp_lifecycle {

// Opens what `open_reader` does, checked; `open_fallback` opens what reads once it is given up.
// `logger` must outlive what is opened.
SourceOpener Checked(SourceOpener open_reader, SourceOpener open_fallback, const Logger& logger);

}  // namespace tcp_lifecycle
