// The landing page's style and script, built into the binary from assets/.
#pragma once

#include "absl/strings/string_view.h"

namespace tcp_lifecycle {

inline constexpr absl::string_view kPageCssPath = "/-/assets/page.css";
inline constexpr absl::string_view kPageJsPath = "/-/assets/page.js";

extern const absl::string_view kPageCss;
extern const absl::string_view kPageJs;

}  // namespace tcp_lifecycle
