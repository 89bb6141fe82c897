#include "collectors/kernel/procfs/parse_error.h"

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

namespace tcp_lifecycle {
namespace {

constexpr size_t kMaxQuotedBytes = 80;

}  // namespace

absl::Status ParseError(absl::string_view what, absl::string_view text) {
  const absl::string_view cut = text.substr(0, kMaxQuotedBytes);
  return absl::DataLossError(absl::StrCat(what, " \"", absl::CHexEscape(cut), "\"",
                                          cut.size() < text.size() ? "..." : ""));
}

}  // namespace tcp_lifecycle
