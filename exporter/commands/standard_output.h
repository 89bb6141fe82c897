// Writing to standard output with every failure told: a full disk and a closed pipe are errors of
// --once, not silence.
#pragma once

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace tcp_lifecycle {

// To be called before any file is opened: keeps a standard stream that the caller closed from being
// taken for the first file that is, and then written to as if it were the stream.
void ReserveStandardStreams();

absl::Status WriteStandardOutput(absl::string_view text);

}  // namespace tcp_lifecycle
