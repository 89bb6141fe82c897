#include "collectors/kernel/procfs/self_stat.h"

#include <cstddef>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "collectors/kernel/procfs/number.h"
#include "collectors/kernel/procfs/parse_error.h"

namespace tcp_lifecycle {

absl::StatusOr<SelfStat> ParseSelfStat(absl::string_view text) {
  const size_t name_end = text.rfind(')');
  if (name_end == absl::string_view::npos) return ParseError("no program name in", text);
  const std::vector<absl::string_view> words =
      absl::StrSplit(text.substr(name_end + 1), absl::ByAnyChar(" \n"), absl::SkipEmpty());

  SelfStat stat;
  const struct {
    absl::string_view name;
    size_t number;  // in proc(5), where the state after the program's name is field 3
    uint64_t* value;
  } fields[] = {{"utime", 14, &stat.user_ticks},
                {"stime", 15, &stat.system_ticks},
                {"starttime", 22, &stat.start_ticks},
                {"vsize", 23, &stat.virtual_memory_bytes},
                {"rss", 24, &stat.resident_pages}};
  for (const auto& field : fields) {
    const size_t word = field.number - 3;
    if (word >= words.size()) return ParseError(absl::StrCat("no ", field.name, " in"), text);
    if (!ParseNumber(words[word], *field.value)) return ParseError(field.name, words[word]);
  }
  return stat;
}

}  // namespace tcp_lifecycle
