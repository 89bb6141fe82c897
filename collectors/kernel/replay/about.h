// DIR/about: what a recording is a recording of, as lines `key: value` for people and for replay.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "collectors/model/netns.h"

namespace tcp_lifecycle {

struct About {
  std::string kernel_release;  // as uname gives it
  std::string recorded_at;     // RFC 3339
  Netns netns;                 // whose sockets and facts they are
  std::string sock_diag;       // `recorded`, or why there are no dumps, or no whole ones
  std::string addresses = {};  // `as they are` or `replaced`: for people
};

std::string FormatAbout(const About& about);

// Lines with other keys are ignored, absent ones leave their member empty. DataLoss with the
// offending line.
absl::StatusOr<About> ParseAbout(absl::string_view text);

}  // namespace tcp_lifecycle
