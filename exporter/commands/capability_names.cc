#include "exporter/commands/capability_names.h"

#include <linux/capability.h>

#include <array>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"

namespace tcp_lifecycle {
namespace {

// By number, include/uapi/linux/capability.h.
// clang-format off
constexpr auto kNames = std::to_array<absl::string_view>({
    "CHOWN", "DAC_OVERRIDE", "DAC_READ_SEARCH", "FOWNER", "FSETID", "KILL", "SETGID", "SETUID",
    "SETPCAP", "LINUX_IMMUTABLE", "NET_BIND_SERVICE", "NET_BROADCAST", "NET_ADMIN", "NET_RAW",
    "IPC_LOCK", "IPC_OWNER", "SYS_MODULE", "SYS_RAWIO", "SYS_CHROOT", "SYS_PTRACE", "SYS_PACCT",
    "SYS_ADMIN", "SYS_BOOT", "SYS_NICE", "SYS_RESOURCE", "SYS_TIME", "SYS_TTY_CONFIG", "MKNOD",
    "LEASE", "AUDIT_WRITE", "AUDIT_CONTROL", "SETFCAP", "MAC_OVERRIDE", "MAC_ADMIN", "SYSLOG",
    "WAKE_ALARM", "BLOCK_SUSPEND", "AUDIT_READ", "PERFMON", "BPF", "CHECKPOINT_RESTORE"});
// clang-format on
static_assert(kNames[CAP_PERFMON] == "PERFMON" && kNames[CAP_BPF] == "BPF");

}  // namespace

std::string CapabilityNames(uint64_t set) {
  constexpr size_t kFew = 10;
  std::vector<std::string> names;
  std::vector<std::string> lacking;
  for (size_t i = 0; i < kNames.size(); ++i) {
    const bool has = (set >> i & 1) != 0;
    (has ? names : lacking).push_back(absl::StrCat("CAP_", kNames[i]));
  }
  if (names.empty()) return "none";
  if (lacking.empty()) return "all";
  if (lacking.size() <= kFew) return absl::StrCat("all but ", absl::StrJoin(lacking, ", "));
  return absl::StrJoin(names, ", ");
}

}  // namespace tcp_lifecycle
