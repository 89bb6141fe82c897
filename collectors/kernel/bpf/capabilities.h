// The rights and limits that BPF programs need to be loaded, and on some kernels to be run.
#pragma once

#include <sys/resource.h>

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace tcp_lifecycle {

// The effective set of the calling thread.
absl::StatusOr<uint64_t> EffectiveCapabilities();

// OK where the calling thread has CAP_BPF and CAP_PERFMON, or CAP_SYS_ADMIN, which stands for both;
// PermissionDenied names what is missing.
absl::Status HasBpfCapabilities();

// Before 5.11 maps count against RLIMIT_MEMLOCK: raises it as far as it may.
void RaiseMemlockLimit();

// After a load that failed with `error` although the capabilities are there: what may forbid it, to
// be appended to a sentence; empty where no right is in question. `kernel_release` as uname() has
// it, `memlock_bytes` of the soft limit.
std::string WhyNotPermitted(int error, absl::string_view kernel_release, rlim_t memlock_bytes);
// The same for this kernel and process.
std::string WhyNotPermitted(int error);

// Takes CAP_BPF and CAP_PERFMON from the calling thread and those that it starts later. CAP_BPF
// stays where the kernel wants it for every bpf() call: before 5.19, with unprivileged BPF
// disabled.
void GiveUpBpfCapabilities();

}  // namespace tcp_lifecycle
