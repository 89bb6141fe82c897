#include "collectors/kernel/bpf/capabilities.h"

#include <linux/bpf.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "collectors/kernel/kernel_release.h"

namespace tcp_lifecycle {
namespace {

constexpr absl::string_view kForbidding =
    "a seccomp profile or security module forbids bpf(), or the capabilities are not those of the "
    "initial user namespace";

class CapabilitySets {
 public:
  // Those of the calling thread.
  CapabilitySets() : valid_(syscall(SYS_capget, &header_, sets_.data()) == 0) {}

  bool valid() const { return valid_; }
  uint64_t effective() const { return uint64_t{sets_[1].effective} << 32 | sets_[0].effective; }
  bool has(int capability) const { return (effective() >> capability & 1) != 0; }
  // Out of the effective set, and with `for_good` out of the others.
  void Drop(int capability, bool for_good) {
    const uint32_t others = ~CAP_TO_MASK(capability);
    __user_cap_data_struct& set = sets_.at(CAP_TO_INDEX(capability));
    set.effective &= others;
    if (!for_good) return;
    set.permitted &= others;
    set.inheritable &= others;
    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_LOWER, capability, 0, 0);
  }
  // Into the effective set, where it is permitted.
  void Restore(int capability) {
    __user_cap_data_struct& set = sets_.at(CAP_TO_INDEX(capability));
    set.effective |= set.permitted & CAP_TO_MASK(capability);
  }
  void Apply() {
    if (valid_) syscall(SYS_capset, &header_, sets_.data());
  }

 private:
  __user_cap_header_struct header_ = {_LINUX_CAPABILITY_VERSION_3, 0};
  std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3> sets_ = {};
  bool valid_;  // last: read into the others
};

// Whether the kernel answers a bpf() call of this thread. One for a map that does not exist: the
// right to call is checked first.
bool MayCallBpf() {
  bpf_attr attributes = {};
  attributes.map_fd = UINT32_MAX;
  errno = 0;
  syscall(SYS_bpf, BPF_MAP_LOOKUP_ELEM, &attributes, sizeof attributes);
  return errno != EPERM;
}

}  // namespace

absl::StatusOr<uint64_t> EffectiveCapabilities() {
  const CapabilitySets sets;
  if (!sets.valid()) return absl::ErrnoToStatus(errno, "capget");
  return sets.effective();
}

absl::Status HasBpfCapabilities() {
  const CapabilitySets sets;
  if (sets.has(CAP_SYS_ADMIN)) return absl::OkStatus();
  std::vector<absl::string_view> missing;
  if (!sets.has(CAP_BPF)) missing.emplace_back("CAP_BPF");
  if (!sets.has(CAP_PERFMON)) missing.emplace_back("CAP_PERFMON");
  if (missing.empty()) return absl::OkStatus();
  return absl::PermissionDeniedError(absl::StrCat("needs ", absl::StrJoin(missing, " and ")));
}

void RaiseMemlockLimit() {
  rlimit limit = {RLIM_INFINITY, RLIM_INFINITY};
  if (setrlimit(RLIMIT_MEMLOCK, &limit) != 0 && getrlimit(RLIMIT_MEMLOCK, &limit) == 0) {
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_MEMLOCK, &limit);
  }
}

std::string WhyNotPermitted(int error, absl::string_view kernel_release, rlim_t memlock_bytes) {
  if (error != EPERM) return "";
  const absl::StatusOr<KernelVersion> version = ParseKernelRelease(kernel_release);
  if ((version.ok() && version->AtLeast(5, 11)) || memlock_bytes == RLIM_INFINITY) {
    return absl::StrCat("; ", kForbidding);
  }
  return absl::StrCat("; before Linux 5.11 BPF maps count against RLIMIT_MEMLOCK, here ",
                      memlock_bytes, " bytes; or ", kForbidding);
}

std::string WhyNotPermitted(int error) {
  rlimit memlock = {RLIM_INFINITY, RLIM_INFINITY};
  getrlimit(RLIMIT_MEMLOCK, &memlock);
  utsname kernel = {};
  uname(&kernel);
  return WhyNotPermitted(error, kernel.release, memlock.rlim_cur);
}

void GiveUpBpfCapabilities() {
  CapabilitySets sets;
  sets.Drop(CAP_PERFMON, true);
  sets.Drop(CAP_BPF, false);
  sets.Apply();
  if (MayCallBpf()) {
    sets.Drop(CAP_BPF, true);
    sets.Apply();
    return;
  }
  sets.Restore(CAP_BPF);
  sets.Apply();
}

}  // namespace tcp_lifecycle
