// A whole file below /proc/sys, as each of the parsers for such files takes it.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "absl/strings/string_view.h"
#include "collectors/kernel/procfs/ip_local_port_range.h"
#include "collectors/kernel/procfs/ip_local_reserved_ports.h"
#include "collectors/kernel/procfs/sysctl_value.h"
#include "collectors/kernel/procfs/tcp_mem.h"

namespace tcp_lifecycle {
namespace {

void ReadFile(absl::string_view text) {
  ParseSysctl(text).IgnoreError();
  ParseTcpMem(text, 4096).IgnoreError();
  ParseIpLocalReservedPorts(text).IgnoreError();
  const absl::StatusOr<PortRange> range = ParseIpLocalPortRange(text);
  if (range.ok() && range->size() == 0) std::abort();
}

}  // namespace
}  // namespace tcp_lifecycle

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  tcp_lifecycle::ReadFile(absl::string_view(reinterpret_cast<const char*>(data), size));
  return 0;
}
