// A whole /proc/net/sockstat.
#include <cstddef>
#include <cstdint>

#include "absl/strings/string_view.h"
#include "collectors/kernel/procfs/sockstat.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view text(reinterpret_cast<const char*>(data), size);
  tcp_lifecycle::ParseSockstat(text, 4096).IgnoreError();
  tcp_lifecycle::ParseTcpInUse(text, text);
  return 0;
}
