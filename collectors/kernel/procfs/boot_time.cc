#include "collectors/kernel/procfs/boot_time.h"

#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "collectors/kernel/procfs/number.h"
#include "collectors/kernel/procfs/parse_error.h"

namespace tcp_lifecycle {

absl::StatusOr<uint64_t> ParseBootTimeSeconds(absl::string_view text) {
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    if (!absl::ConsumePrefix(&line, "btime ")) continue;
    uint64_t seconds = 0;
    if (!ParseNumber(line, seconds)) return ParseError("btime", line);
    return seconds;
  }
  return ParseError("no btime in", text);
}

}  // namespace tcp_lifecycle
