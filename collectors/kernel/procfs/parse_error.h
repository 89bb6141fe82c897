// How the parsers of this folder report bytes that make no sense: DataLoss with the offending text;
// who knows the file puts its name in front.
#pragma once

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace tcp_lifecycle {

// DataLoss `what "text"`, with `text` made printable and cut when it is long.
absl::Status ParseError(absl::string_view what, absl::string_view text);

}  // namespace tcp_lifecycle
