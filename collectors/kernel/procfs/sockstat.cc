#include "collectors/kernel/procfs/sockstat.h"

#include <limits>
#include <optional>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "collectors/kernel/procfs/number.h"
#include "collectors/kernel/procfs/parse_error.h"

namespace tcp_lifecycle {
namespace {

absl::StatusOr<Sockstat> ParseTcpLine(absl::string_view line, uint64_t page_bytes) {
  Sockstat sockstat;
  const struct {
    absl::string_view name;
    std::optional<uint64_t>* value;
    uint64_t unit;
  } fields[] = {{"orphan", &sockstat.orphan, 1},
                {"tw", &sockstat.time_wait, 1},
                {"alloc", &sockstat.allocated, 1},
                {"mem", &sockstat.memory_bytes, page_bytes}};
  const std::vector<absl::string_view> words = absl::StrSplit(line, ' ', absl::SkipEmpty());
  for (size_t i = 0; i < words.size(); i += 2) {
    const absl::string_view text = i + 1 < words.size() ? words[i + 1] : "";
    for (const auto& field : fields) {
      if (words[i] != field.name) continue;
      std::optional<uint64_t> value;
      if (!ParseCount(text, value)) return ParseError(absl::StrCat("TCP ", field.name), text);
      const bool fits = value && *value <= std::numeric_limits<uint64_t>::max() / field.unit;
      *field.value = fits ? std::optional(*value * field.unit) : std::nullopt;
    }
  }
  return sockstat;
}

}  // namespace

absl::StatusOr<Sockstat> ParseSockstat(absl::string_view text, uint64_t page_bytes) {
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    if (absl::ConsumePrefix(&line, "TCP:")) return ParseTcpLine(line, page_bytes);
  }
  return ParseError("no line TCP in", text);
}

std::optional<uint64_t> SockstatField(absl::string_view text, absl::string_view line_name,
                                      absl::string_view field) {
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    if (!absl::ConsumePrefix(&line, line_name)) continue;
    const std::vector<absl::string_view> words = absl::StrSplit(line, ' ', absl::SkipEmpty());
    for (size_t i = 0; i + 1 < words.size(); i += 2) {
      std::optional<uint64_t> value;
      if (words[i] == field && ParseCount(words[i + 1], value)) return value;
    }
  }
  return std::nullopt;
}

std::optional<uint64_t> ParseTcpInUse(absl::string_view sockstat, absl::string_view sockstat6) {
  const std::optional<uint64_t> ipv4 = SockstatField(sockstat, "TCP:", "inuse");
  const std::optional<uint64_t> ipv6 =
      sockstat6.empty() ? 0 : SockstatField(sockstat6, "TCP6:", "inuse");
  if (!ipv4 || !ipv6) return std::nullopt;
  return *ipv4 + *ipv6;
}

}  // namespace tcp_lifecycle
