// A whole file below /proc/sys, as each of the parsers for such files takes it.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "absl/strings/string_view.h"
#include "collectors/kernel/procfs/ip_local_port_range.h"
#include "collectors/kernel/procfs/ip_local_reserved_ports.h"
#include "collectors/kernel/procfs/sysctls.h"
#include "collectors/kernel/procfs/tcp_mem.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace tcp_lifecycle;
  const absl::string_view text(reinterpret_cast<const char*>(data), size);
  ParseSysctl(text).IgnoreError();
  ParseTcpMem(text, 4096).IgnoreError();
  ParseIpLocalReservedPorts(text).IgnoreError();
  const absl::StatusOr<PortRange> range = ParseIpLocalPortRange(text);
  if (range.ok() && range->size() == 0) std::abort();
  return 0;
}
