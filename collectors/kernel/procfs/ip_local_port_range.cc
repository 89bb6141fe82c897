#include "collectors/kernel/procfs/ip_local_port_range.h"

#include <vector>

#include "absl/strings/str_split.h"
#include "collectors/kernel/procfs/number.h"
#include "collectors/kernel/procfs/parse_error.h"

namespace tcp_lifecycle {

absl::StatusOr<PortRange> ParseIpLocalPortRange(absl::string_view text) {
  const std::vector<absl::string_view> words =
      absl::StrSplit(text, absl::ByAnyChar(" \t\n"), absl::SkipEmpty());
  PortRange range;
  if (words.size() != 2 || !ParseNumber(words[0], range.min) || !ParseNumber(words[1], range.max) ||
      range.max < range.min) {
    return ParseError("not a range of ports:", text);
  }
  return range;
}

}  // namespace tcp_lifecycle
