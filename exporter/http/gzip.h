// Compresses a response body for clients that accept gzip.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace tcp_lifecycle {

// `text` as a gzip member (RFC 1952). ResourceExhausted without memory.
absl::StatusOr<std::string> Gzip(absl::string_view text);

}  // namespace tcp_lifecycle
