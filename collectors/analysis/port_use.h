// Which usable ephemeral ports are taken, from the sockets of one namespace as they pass: bitmaps,
// whatever the number of sockets. The ports collector drives it; pure.
//
// Usable is the range less the reserved ports: autobind skips those. A port counts as blocked once,
// by what was seen first; the stream's order (listeners, then bound-inactive, then the rest) makes
// that the order listen, bound, inbound. Which ports are blocked is a judgement of what was seen,
// unless the source tells them; then only by what is, and connected sockets that bound their port
// are seen as well.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "collectors/base/enum_rows.h"
#include "collectors/model/facts.h"
#include "collectors/model/port_set.h"
#include "collectors/model/socket.h"

namespace tcp_lifecycle {

// What holds a port so that no autobinding connect() can take it, whatever its destination.
enum class PortBlock : uint8_t { kListen, kBound, kInbound, kEnd };
inline constexpr size_t kPortBlockCount = kCountOf<PortBlock>;

// Label values, indexed by PortBlock.
inline constexpr std::array<absl::string_view, kPortBlockCount> kPortBlockNames = {
    "listen", "bound", "inbound"};
static_assert(AreNamed(kPortBlockNames));

// What autobind makes of a socket's local port.
enum class PortKind : uint8_t {
  kOther,      // it does not choose it
  kBlocked,    // not any more
  kBound,      // not as long as sockets like this one have it, connected ones that were bound to it
  kOpen,       // it does
  kAutobound,  // and it is known that it did
};

// The ports that autobind chooses from.
inline bool IsUsable(const EphemeralPorts& ports, uint16_t port) {
  return ports.range.Contains(port) && !ports.reserved[port];
}
PortSet UsablePorts(const EphemeralPorts& ports);
uint32_t CountUsable(const EphemeralPorts& ports);

class PortUse {
 public:
  explicit PortUse(const PortSet& usable) : usable_(usable) {}

  // All blocked ports, told before anything else.
  void SetBlocked(const PortSet& ports) { told_ = ports & usable_; }
  void AddListener(const Listener& listener) {
    used_[listener.socket.local_port] = true;
    Block(listener.socket.local_port, PortBlock::kListen);
  }
  void Add(const Socket& socket) {
    used_[socket.local_port] = true;
    if (socket.state == TcpState::kBoundInactive) {
      Block(socket.local_port, PortBlock::kBound);
    } else if (socket.role == Role::kInbound && socket.state != TcpState::kSynRecv &&
               (told_ || (socket.flags & kByClosedListener) == 0)) {
      // A SYN_RECV holds no port but its listener's, and that of a simultaneous open was autobound.
      Block(socket.local_port, PortBlock::kInbound);
    }
  }

  const PortSet& usable() const { return usable_; }
  uint32_t blocked(PortBlock by) const {
    const uint32_t seen = blocked_counts_[static_cast<size_t>(by)];
    return by == PortBlock::kBound && told_ ? seen + unexplained() : seen;
  }
  // Usable, and by what has been seen so far lost to autobind. What listens and what is bound is
  // seen before any connection.
  bool blocked(uint16_t port) const { return told_ ? (*told_)[port] : blocked_[port]; }
  PortKind KindOf(uint16_t port) const {
    if (!usable_[port]) return PortKind::kOther;
    if (!blocked(port)) return told_ ? PortKind::kAutobound : PortKind::kOpen;
    return told_ && !blocked_[port] ? PortKind::kBound : PortKind::kBlocked;
  }
  // The source tells which ports are blocked.
  bool told() const { return told_.has_value(); }
  // Distinct usable ports held by any socket.
  uint32_t used() const { return static_cast<uint32_t>((used_ & usable_).count()); }

 private:
  void Block(uint16_t port, PortBlock by) {
    if (!usable_[port] || blocked_[port] || (told_ && !(*told_)[port])) return;
    blocked_[port] = true;
    ++blocked_counts_[static_cast<size_t>(by)];
  }

  // Blocked by neither a listener, nor a bound socket without a connection, nor an accepted one.
  uint32_t unexplained() const {
    // Mostly none, and to see that is much cheaper than to count.
    const PortSet ports = *told_ & ~blocked_;
    return ports.none() ? 0 : static_cast<uint32_t>(ports.count());
  }

  PortSet usable_;
  PortSet used_;
  PortSet blocked_;  // by what has been seen
  std::optional<PortSet> told_;
  std::array<uint32_t, kPortBlockCount> blocked_counts_{};
};

}  // namespace tcp_lifecycle
