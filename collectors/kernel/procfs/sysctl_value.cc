#include "collectors/kernel/procfs/sysctl_value.h"

#include "absl/strings/numbers.h"
#include "collectors/kernel/procfs/parse_error.h"

namespace tcp_lifecycle {

absl::StatusOr<int64_t> ParseSysctl(absl::string_view text) {
  int64_t value = 0;
  if (!absl::SimpleAtoi(text, &value)) return ParseError("not a number:", text);
  return value;
}

}  // namespace tcp_lifecycle
