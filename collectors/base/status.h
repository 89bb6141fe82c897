// How an error gets the name of what it is about.
#pragma once

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace tcp_lifecycle {

// `status` with `where: ` before its message; OK stays OK.
inline absl::Status Prefixed(absl::string_view where, const absl::Status& status) {
  if (status.ok()) return status;
  return {status.code(), absl::StrCat(where, ": ", status.message())};
}

}  // namespace tcp_lifecycle
