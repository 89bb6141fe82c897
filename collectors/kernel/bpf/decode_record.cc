#include "collectors/kernel/bpf/decode_record.h"

#include <arpa/inet.h>

#include <array>
#include <cmath>
#include <cstring>
#include <optional>

#include "collectors/kernel/tcp_numbers.h"

namespace tcp_lifecycle {
namespace {

IpAddress Ipv4(uint32_t network_order) {
  std::array<uint8_t, 4> bytes;
  std::memcpy(bytes.data(), &network_order, sizeof bytes);
  return IpAddress::FromV4(bytes);
}

IpAddress Ipv6(const unsigned char (&address)[16]) {
  std::array<uint8_t, 16> bytes;
  std::memcpy(bytes.data(), address, sizeof bytes);
  return IpAddress::FromV6(bytes);
}

Role RoleOf(uint32_t flags) {
  return (flags & (kWireAutobound | kWireBoundToPort)) != 0 ? Role::kOutbound : Role::kUnknown;
}

uint16_t FlagsOf(uint32_t flags, TcpState state, uint64_t inode) {
  unsigned seen = 0;
  if (state == TcpState::kTimeWait) {
    if ((flags & kWireTimestamps) == 0) seen |= kNeverReused;
    if ((flags & kWireReusedNextSecond) != 0) seen |= kReusedNextSecond;
  } else if (state == TcpState::kBoundInactive) {
    if ((flags & kWireV6Only) != 0) seen |= kV6Only;
  } else {
    seen |= (flags & kWireKeepopen) != 0 ? kKeepaliveOn : kKeepaliveOff;
    if (IsUnaccepted(state, inode)) seen |= kUnaccepted;
  }
  return static_cast<uint16_t>(seen);
}

// The numbers of tcp_numbers.h take an inode, 0 for a socket that no program has.
constexpr uint64_t InodeOf(uint32_t flags) {
  return (flags & (kWireOrphan | kWireUnaccepted | kWireMinisocket)) != 0 ? 0 : 1;
}

}  // namespace

uint32_t TicksPerSecond(const WireControl& control) {
  constexpr double kFirst = 4294967296.0;  // less 300 s
  const double seconds = static_cast<double>(control.uptime_ns) * 1e-9;
  uint32_t best = 0;
  double least = 0;
  for (const uint32_t candidate : {100U, 250U, 300U, 1000U}) {
    const double counted = static_cast<double>(control.jiffies) - kFirst + 300.0 * candidate;
    const double error = std::fabs(counted / candidate - seconds);
    if (best == 0 || error < least) {
      best = candidate;
      least = error;
    }
  }
  return best;
}

bool DecodeRecord(const WireRecord& record, const WireBuffer& buffer, uint32_t ticks_per_second,
                  uint32_t namespace_index, Socket& socket) {
  const std::optional<TcpState> state = StateOf(record.state);
  if (!state) return false;
  if ((record.family & kWireIpv6) != 0) {
    const WireAddresses6& addresses = buffer.addresses6[record.local_address % WIRE_RECORDS];
    socket.local_address = Ipv6(addresses.local);
    socket.remote_address = Ipv6(addresses.remote);
  } else {
    socket.local_address = Ipv4(record.local_address);
    socket.remote_address = Ipv4(record.remote_address);
  }
  socket.local_port = record.local_port;
  socket.remote_port = ntohs(record.remote_port);
  socket.namespace_index = namespace_index;
  socket.scope = record.scope;
  socket.state = *state;
  const uint64_t inode = InodeOf(record.flags);
  socket.timer = TimerOf(record.timer, *state, inode).value_or(Timer::kNone);
  socket.remaining_ms =
      static_cast<uint32_t>(uint64_t{record.jiffies_left} * 1000 / ticks_per_second);
  socket.retransmits = record.retransmits;
  socket.role = RoleOf(record.flags);
  socket.flags = FlagsOf(record.flags, *state, inode);
  socket.family = socket.local_address.family();
  socket.reserved = 0;
  socket.cgroup = 0;
  return true;
}

PortRange OwnRangeOf(const WireRecord& record) {
  return {static_cast<uint16_t>(record.jiffies_left),
          static_cast<uint16_t>(record.jiffies_left >> 16)};
}

}  // namespace tcp_lifecycle
