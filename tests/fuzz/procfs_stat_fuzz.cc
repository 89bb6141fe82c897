// A whole /proc/self/stat or /proc/stat, or the link of a descriptor in /proc/PID/fd.
#include <cstddef>
#include <cstdint>

#include "absl/strings/string_view.h"
#include "collectors/kernel/procfs/boot_time.h"
#include "collectors/kernel/procfs/procfs_socket_owners.h"
#include "collectors/kernel/procfs/self_stat.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view text(reinterpret_cast<const char*>(data), size);
  tcp_lifecycle::ParseSelfStat(text).IgnoreError();
  tcp_lifecycle::ParseBootTimeSeconds(text).IgnoreError();
  static_cast<void>(tcp_lifecycle::ParseSocketLink(text));
  return 0;
}
