#include "collectors/kernel/bpf/capabilities.h"

#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>

#include "absl/strings/str_cat.h"

namespace tcp_lifecycle {

void GiveUpBpfCapabilities() {
  __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3> sets = {};
  if (syscall(SYS_capget, &header, sets.data()) != 0) return;
  for (const int capability : {CAP_BPF, CAP_PERFMON}) {
    const uint32_t others = ~CAP_TO_MASK(capability);
    __user_cap_data_struct& set = sets.at(CAP_TO_INDEX(capability));
    set.effective &= others;
    set.permitted &= others;
    set.inheritable &= others;
    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_LOWER, capability, 0, 0);
  }
  syscall(SYS_capset, &header, sets.data());
}

absl::Status LoadError(int error, absl::string_view what) {
  const absl::StatusCode code = error == EPERM || error == EACCES
                                    ? absl::StatusCode::kPermissionDenied
                                    : absl::StatusCode::kUnimplemented;
  return {code, absl::StrCat("loading ", what, ": ", std::strerror(error),
                             "; it needs CAP_BPF and CAP_PERFMON, and Linux 6.2")};
}

}  // namespace tcp_lifecycle
