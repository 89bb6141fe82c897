// Tells whether a name that somebody else chose may stand on a page of metrics. Asked for names of
// files in /run/netns and for those on the command line.
#pragma once

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/string_view.h"

namespace tcp_lifecycle {

// Whether `text` is printable ASCII and not empty. Prometheus drops a whole page for one label that
// is no UTF-8.
inline bool IsPrintable(absl::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), absl::ascii_isprint);
}

}  // namespace tcp_lifecycle
