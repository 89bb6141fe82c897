// How text of unknown origin is written, so that it breaks neither a line of the log, nor a JSON
// document, nor a terminal: names of processes and hosts, bytes of a kernel, messages about them.
#pragma once

#include <string>

#include "absl/strings/string_view.h"

namespace tcp_lifecycle {

// Adds `text` in quotes, as JSON and logfmt readers understand. A byte that is not UTF-8 becomes
// U+FFFD.
void AppendQuoted(std::string& out, absl::string_view text);

// For a terminal: whatever is not printable ASCII as \xNN.
std::string Printable(absl::string_view text);

}  // namespace tcp_lifecycle
