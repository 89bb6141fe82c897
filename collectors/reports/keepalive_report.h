// What the keepalive collector finds in a namespace.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "absl/strings/string_view.h"
#include "collectors/analysis/seconds_histogram.h"
#include "collectors/base/enum_rows.h"
#include "collectors/model/socket.h"

namespace tcp_lifecycle {

enum class Keepalive : uint8_t { kOn, kOff, kUnknown, kEnd };
inline constexpr size_t kKeepaliveCount = kCountOf<Keepalive>;

// Label values, indexed by Keepalive.
inline constexpr std::array<absl::string_view, kKeepaliveCount> kKeepaliveNames = {"on", "off",
                                                                                   "unknown"};
static_assert(AreNamed(kKeepaliveNames));

// Label values for unanswered probes, indexed by their number less one.
inline constexpr auto kUnansweredProbesNames = std::to_array<absl::string_view>({"1", "2", "3+"});

using KeepaliveHistogram = SecondsHistogram<1, 15, 60, 300, 600, 1800, 3600, 7200>;

// A connection whose peer has left keepalive probes unanswered.
struct SilentPeer {
  IpAddress local_address, remote_address;
  uint16_t local_port = 0, remote_port = 0;
  uint32_t probes = 0;
};

struct KeepaliveReport {
  std::array<uint64_t, kTimerCount> timers{};  // by Timer
  // By Keepalive. This and what follows: ESTABLISHED and CLOSE_WAIT only, because the timer of an
  // orphan in FIN_WAIT2 looks like a keepalive timer and is none.
  std::array<uint64_t, kKeepaliveCount> sockets{};
  std::array<uint64_t, kKeepaliveCount> established{};  // of `sockets`
  KeepaliveHistogram remaining;                         // until the next probe
  std::array<uint64_t, kUnansweredProbesNames.size()> unanswered{};
  std::optional<SilentPeer> most_unanswered = std::nullopt;  // of equals the first address
};

}  // namespace tcp_lifecycle
