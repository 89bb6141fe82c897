// What loading BPF programs needs, and running them does not.
#pragma once

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace tcp_lifecycle {

// Takes CAP_BPF and CAP_PERFMON from the calling thread and those that it starts later.
void GiveUpBpfCapabilities();

// PermissionDenied or Unimplemented, by the errno of loading `what`.
absl::Status LoadError(int error, absl::string_view what);

}  // namespace tcp_lifecycle
