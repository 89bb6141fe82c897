// A whole /proc/PID/cgroup, and the two counts of a namespace that are read beside it.
#include <cstddef>
#include <cstdint>

#include "absl/strings/string_view.h"
#include "collectors/kernel/namespaces/cgroup.h"
#include "collectors/kernel/namespaces/occupancy.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view text(reinterpret_cast<const char*>(data), size);
  tcp_lifecycle::ParseCgroup(text);
  tcp_lifecycle::StatesPossible(text, text);
  return 0;
}
