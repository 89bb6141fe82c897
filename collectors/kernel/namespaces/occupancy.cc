#include "collectors/kernel/namespaces/occupancy.h"

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "collectors/kernel/procfs/number.h"

namespace tcp_lifecycle {
namespace {

// The number behind `field` in the line that begins with `line_name`.
std::optional<uint64_t> FieldOf(absl::string_view text, absl::string_view line_name,
                                absl::string_view field) {
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    if (!absl::ConsumePrefix(&line, line_name)) continue;
    const std::vector<absl::string_view> words = absl::StrSplit(line, ' ', absl::SkipEmpty());
    for (size_t i = 0; i + 1 < words.size(); i += 2) {
      uint64_t value = 0;
      if (words[i] == field && ParseNumber(words[i + 1], value)) return value;
    }
  }
  return std::nullopt;
}

}  // namespace

TcpStateSet StatesPossible(absl::string_view sockstat, absl::string_view sockstat6) {
  const std::optional<uint64_t> of_any_kind = FieldOf(sockstat, "sockets:", "used");
  const std::optional<uint64_t> ipv4 = FieldOf(sockstat, "TCP:", "inuse");
  const std::optional<uint64_t> ipv6 = sockstat6.empty() ? 0 : FieldOf(sockstat6, "TCP6:", "inuse");
  if (ipv4 != 0 || ipv6 != 0 || FieldOf(sockstat, "TCP:", "tw") != 0) return TcpStateSet::All();
  if (of_any_kind != 0) return {TcpState::kBoundInactive};
  return {};
}

}  // namespace tcp_lifecycle
