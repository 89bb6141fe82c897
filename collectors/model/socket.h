// One TCP socket as a source saw it: 64 bytes, handed on in batches and never stored. Listeners
// carry their queues beside it. What a source cannot know is said so here, never written as 0.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>

#include "absl/strings/string_view.h"
#include "collectors/base/enum_rows.h"
#include "collectors/model/ip_address.h"
#include "collectors/model/tcp_state.h"

namespace tcp_lifecycle {

// What the socket's one visible timer waits for (inet_diag's idiag_timer, told apart by state).
enum class Timer : uint8_t {
  kNone,
  kRetransmit,  // data, SYN or SYN-ACK not yet acknowledged
  kKeepalive,   // SO_KEEPALIVE: the next probe
  kFinWait2,    // an orphan waiting for its peer's FIN, as full socket or minisocket
  kTimeWait,
  kZeroWindow,
  kEnd,
};
inline constexpr size_t kTimerCount = kCountOf<Timer>;

// Label values, indexed by Timer.
inline constexpr std::array<absl::string_view, kTimerCount> kTimerNames = {
    "none", "retransmit", "keepalive", "fin_wait2", "time_wait", "zero_window"};
static_assert(AreNamed(kTimerNames));

// Which end opened the connection.
enum class Role : uint8_t { kOutbound, kInbound, kUnknown, kEnd };
inline constexpr size_t kRoleCount = kCountOf<Role>;

// Label values, indexed by Role.
inline constexpr std::array<absl::string_view, kRoleCount> kRoleNames = {"outbound", "inbound",
                                                                         "unknown"};
static_assert(AreNamed(kRoleNames));

// Set in Socket::flags.
enum SocketFlag : uint16_t {
  // The kernel has accepted it, the program has not (ESTABLISHED, CLOSE_WAIT).
  kUnaccepted = 1 << 0,
  // Its role is inbound only by a listener that has closed: its port may be anybody's by now.
  kByClosedListener = 1 << 1,
  // Whether SO_KEEPALIVE is set, as far as the source can see it behind another timer.
  kKeepaliveOn = 1 << 2,
  kKeepaliveOff = 1 << 3,
  // TIME_WAIT whose port no connect() takes over: its peer sent no timestamps.
  kNeverReused = 1 << 4,
  // TIME_WAIT on a kernel without tcp_tw_reuse_delay: its last timestamp is of the present second,
  // and connect() takes over its port from the next second on.
  kReusedNextSecond = 1 << 5,
  // Listening, or bound and not connected, on an IPv6 wildcard: IPv4 is not meant. What a source
  // does
  // not tell is not set.
  kV6Only = 1 << 6,
};

struct Socket {
  IpAddress local_address;
  IpAddress remote_address;
  uint16_t local_port = 0;
  uint16_t remote_port = 0;
  uint32_t namespace_index = 0;  // into Snapshot::namespaces
  uint32_t scope = 0;            // interface index it is bound to, 0 for none or unknown
  uint32_t remaining_ms = 0;     // until `timer` fires; 0 with Timer::kNone
  TcpState state = TcpState::kEstablished;
  Timer timer = Timer::kNone;
  uint8_t retransmits = 0;        // with kKeepalive and kZeroWindow: unanswered probes
  Role role = Role::kUnknown;     // the pass judges it where the source could not tell
  uint16_t flags = 0;             // SocketFlag
  Family family = Family::kIpv4;  // of local_address
  uint8_t reserved = 0;
  uint64_t cgroup = 0;  // cgroup v2 id, 0 where unknown
};
static_assert(sizeof(Socket) == 64);

struct Listener {
  Socket socket;                    // state kListen
  uint32_t accept_queue = 0;        // connections waiting for accept()
  std::optional<uint32_t> backlog;  // limit of accept_queue: min(listen()'s, somaxconn)
  std::optional<uint32_t> drops;    // connections lost since listen() (SK_MEMINFO_DROPS)
};

// Where a socket listens, or has listened.
struct ListenPoint {
  IpAddress address;
  uint16_t port = 0;
  bool v6_only = false;  // of an IPv6 wildcard: it does not take IPv4

  bool operator==(const ListenPoint&) const = default;
  template <typename H>
  friend H AbslHashValue(H h, const ListenPoint& point) {
    return H::combine(std::move(h), point.address, point.port, point.v6_only);
  }
};

inline ListenPoint PointOf(const Listener& listener) {
  return {listener.socket.local_address, listener.socket.local_port,
          (listener.socket.flags & kV6Only) != 0};
}

}  // namespace tcp_lifecycle
