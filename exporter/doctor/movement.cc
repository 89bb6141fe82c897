#include "exporter/doctor/movement.h"

#include <array>
#include <optional>

namespace tcp_lifecycle {
namespace {

// Indexed by TcpCounter.
constexpr std::array<absl::string_view, kTcpCounterCount> kMeanings = {
    "connections opened from here",
    "connections accepted here",
    "attempts to connect that failed",
    "connections reset",
    "segments sent again",
    "SYNs sent again",
    "sockets counted into TIME_WAIT",
    "TIME_WAIT ports taken over by connect()",
    "TIME_WAIT of a few seconds only",
    "TIME_WAIT refused: tcp_max_tw_buckets is reached",
    "keepalive probes sent",
    "handshake segments dropped: the accept queue was full",
    "handshake segments dropped by listeners, for any reason",
    "connections aborted: data came after the close",
    "connections aborted: closed with data unread",
    "connections aborted: out of socket memory",
    "connections aborted: the peer did not answer",
    "connections aborted: the peer did not close in time",
    "aborts of which the peer was not told",
    "SYN-ACKs rejected by PAWS, for an old timestamp",
    "segments rejected by PAWS, for an old timestamp",
    "SYNs to a TIME_WAIT rejected by PAWS",
    "SYNs rejected by PAWS: tcp_tw_recycle",
    "SYN cookies sent",
    "SYN cookies that came back",
    "SYN cookies that were wrong",
    "SYNs answered with a cookie: the SYN queue is full",
    "SYNs dropped: the SYN queue is full",
};

}  // namespace

std::vector<Movement> MovementsBetween(const TcpCounters& first, const TcpCounters& second,
                                       double seconds) {
  std::vector<Movement> movements;
  for (size_t i = 0; i < kTcpCounterCount; ++i) {
    const auto counter = static_cast<TcpCounter>(i);
    const std::optional<uint64_t>& before = first[counter];
    const std::optional<uint64_t>& after = second[counter];
    if (!before || !after || *after <= *before) continue;
    movements.push_back(
        {kTcpCounterNames[i], kMeanings[i], static_cast<double>(*after - *before) / seconds});
  }
  return movements;
}

}  // namespace tcp_lifecycle
