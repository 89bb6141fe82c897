// A whole /proc/net/snmp or /proc/net/netstat.
#include <cstddef>
#include <cstdint>

#include "absl/strings/string_view.h"
#include "collectors/kernel/procfs/snmp.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  tcp_lifecycle::TcpCounters counters;
  const absl::string_view text(reinterpret_cast<const char*>(data), size);
  tcp_lifecycle::ParseSnmp(text, counters).IgnoreError();
  return 0;
}
