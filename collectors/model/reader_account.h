// What a reader of sockets reports about itself, summed since the exporter started: what it costs,
// and how often it disagreed with another reader. A pass reads it, the self metrics show it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "absl/strings/string_view.h"
#include "collectors/base/enum_rows.h"

namespace tcp_lifecycle {

// What two readers can say differently about one socket.
enum class CheckedField : uint8_t {
  kMissing,    // the checked reader lacks a connection that the other one has
  kEndpoints,  // it has a connection that the other one lacks: an address or a port is wrong
  kState,
  kTimer,      // which timer is visible
  kRemaining,  // when that timer fires
  kRetransmits,
  kScope,  // the interface that the socket is bound to
  kKeepalive,
  kUnaccepted,
  kPorts,  // which ports sockets hold that bound them
  kEnd,
};
inline constexpr size_t kCheckedFieldCount = kCountOf<CheckedField>;

// Label values, indexed by CheckedField.
inline constexpr std::array<absl::string_view, kCheckedFieldCount> kCheckedFieldNames = {
    "missing",     "endpoints", "state",     "timer",      "remaining",
    "retransmits", "scope",     "keepalive", "unaccepted", "ports"};
static_assert(AreNamed(kCheckedFieldNames));

// Disagreements by CheckedField.
using Disagreements = std::array<uint64_t, kCheckedFieldCount>;

struct ReaderAccount {
  // Comparisons with another reader that came to their end; nullopt: this one is not compared.
  std::optional<uint64_t> checks = std::nullopt;
  std::optional<Disagreements> disagreements =
      std::nullopt;  // nullopt: no check has come to its end
  // CPU time that BPF programs took to read sockets; nullopt where none runs.
  std::optional<double> bpf_seconds = std::nullopt;
};

}  // namespace tcp_lifecycle
