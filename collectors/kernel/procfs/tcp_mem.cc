#include "collectors/kernel/procfs/tcp_mem.h"

#include <iterator>
#include <limits>
#include <vector>

#include "absl/strings/str_split.h"
#include "collectors/kernel/procfs/number.h"
#include "collectors/kernel/procfs/parse_error.h"

namespace tcp_lifecycle {

absl::StatusOr<SocketMemoryLimit> ParseTcpMem(absl::string_view text, uint64_t page_bytes) {
  const std::vector<absl::string_view> words =
      absl::StrSplit(text, absl::ByAnyChar(" \t\n"), absl::SkipEmpty());
  SocketMemoryLimit limit;
  uint64_t* const levels[] = {&limit.low_bytes, &limit.pressure_bytes, &limit.high_bytes};
  if (words.size() != std::size(levels)) return ParseError("not three numbers:", text);
  for (size_t i = 0; i < std::size(levels); ++i) {
    uint64_t pages = 0;
    if (!ParseNumber(words[i], pages) ||
        pages > std::numeric_limits<uint64_t>::max() / page_bytes) {
      return ParseError("not a number of pages:", words[i]);
    }
    *levels[i] = pages * page_bytes;
  }
  return limit;
}

}  // namespace tcp_lifecycle
