// The readers of sockets by name, as --collector.sockets.source, the label `reader` and the log
// have them.
#pragma once

#include <array>
#include <span>

#include "absl/strings/string_view.h"

namespace tcp_lifecycle {

inline constexpr absl::string_view kBpfReader = "bpf";
inline constexpr absl::string_view kBpfProbeReader = "bpf_probe";
inline constexpr absl::string_view kSockDiagReader = "sock_diag";
inline constexpr absl::string_view kProcfsReader = "procfs";
inline constexpr absl::string_view kReplayReader = "replay";

inline constexpr auto kReaderNames = std::to_array<absl::string_view>(
    {kBpfReader, kBpfProbeReader, kSockDiagReader, kProcfsReader, kReplayReader});
// Those of the running kernel, in the order in which `auto` tries them.
inline constexpr std::span<const absl::string_view> kLiveReaderNames =
    std::span(kReaderNames).first<4>();

}  // namespace tcp_lifecycle
