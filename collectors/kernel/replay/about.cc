#include "collectors/kernel/replay/about.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"

namespace tcp_lifecycle {

std::string FormatAbout(const About& about) {
  return absl::StrCat("kernel: ", about.kernel_release, "\nrecorded: ", about.recorded_at,
                      "\nnetns: ", about.netns.name, "\nnetns_inode: ", about.netns.inode,
                      "\nsock_diag: ", absl::StrReplaceAll(about.sock_diag, {{"\n", " "}}),
                      "\naddresses: ", about.addresses, "\n");
}

absl::StatusOr<About> ParseAbout(absl::string_view text) {
  About about;
  for (absl::string_view line : absl::StrSplit(text, '\n', absl::SkipEmpty())) {
    const std::pair<absl::string_view, absl::string_view> parts =
        absl::StrSplit(line, absl::MaxSplits(": ", 1));
    const auto [key, value] = parts;
    if (key == "kernel") {
      about.kernel_release = std::string(value);
    } else if (key == "recorded") {
      about.recorded_at = std::string(value);
    } else if (key == "netns") {
      about.netns.name = std::string(value);
    } else if (key == "sock_diag") {
      about.sock_diag = std::string(value);
    } else if (key == "netns_inode" && !absl::SimpleAtoi(value, &about.netns.inode)) {
      return absl::DataLossError(
          absl::StrCat("\"", absl::CHexEscape(line), "\" has no inode number"));
    }
  }
  return about;
}

}  // namespace tcp_lifecycle
