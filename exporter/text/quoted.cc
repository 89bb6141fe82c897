#include "exporter/text/quoted.h"

#include <algorithm>
#include <cstdint>

#include "absl/strings/str_cat.h"

namespace tcp_lifecycle {
namespace {

// The length of the UTF-8 sequence at the start of `text`, 0 when there is none (RFC 3629).
size_t Utf8Length(absl::string_view text) {
  const auto byte = [&](size_t i) { return static_cast<uint8_t>(text[i]); };
  const uint8_t first = byte(0);
  const size_t length = first < 0x80                    ? 1
                        : first >= 0xc2 && first < 0xe0 ? 2
                        : first >= 0xe0 && first < 0xf0 ? 3
                        : first >= 0xf0 && first < 0xf5 ? 4
                                                        : 0;
  if (length == 0 || length > text.size()) return 0;
  for (size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return 0;
  }
  const bool overlong = (first == 0xe0 && byte(1) < 0xa0) || (first == 0xf0 && byte(1) < 0x90);
  const bool surrogate = first == 0xed && byte(1) >= 0xa0;
  const bool too_high = first == 0xf4 && byte(1) >= 0x90;
  return overlong || surrogate || too_high ? 0 : length;
}

}  // namespace

void AppendQuoted(std::string& out, absl::string_view text) {
  out.push_back('"');
  while (!text.empty()) {
    const size_t length = Utf8Length(text);
    const char first = text.front();
    if (length == 0) {
      absl::StrAppend(&out, "\\ufffd");
    } else if (first == '"' || first == '\\') {
      absl::StrAppend(&out, "\\", text.substr(0, 1));
    } else if (first == '\n') {
      absl::StrAppend(&out, "\\n");
    } else if (static_cast<uint8_t>(first) < 0x20 || first == 0x7f) {
      absl::StrAppend(&out, "\\u", absl::Hex(static_cast<uint8_t>(first), absl::kZeroPad4));
    } else if (length == 2 && static_cast<uint8_t>(first) == 0xc2 &&
               static_cast<uint8_t>(text[1]) < 0xa0) {  // the C1 controls, U+0080 to U+009F
      absl::StrAppend(&out, "\\u", absl::Hex(static_cast<uint8_t>(text[1]), absl::kZeroPad4));
    } else {
      absl::StrAppend(&out, text.substr(0, length));
    }
    text.remove_prefix(std::max<size_t>(length, 1));
  }
  out.push_back('"');
}

std::string Printable(absl::string_view text) {
  std::string printable;
  for (const char c : text) {
    if (c >= ' ' && c < 0x7f) {
      printable += c;
    } else {
      absl::StrAppend(&printable, "\\x", absl::Hex(static_cast<uint8_t>(c), absl::kZeroPad2));
    }
  }
  return printable;
}

}  // namespace tcp_lifecycle
