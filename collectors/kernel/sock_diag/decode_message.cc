#include "collectors/kernel/sock_diag/decode_message.h"

#include <arpa/inet.h>
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>

#include <cstring>
#include <limits>
#include <optional>

#include "collectors/kernel/sock_diag/netlink.h"
#include "collectors/kernel/tcp_numbers.h"

namespace tcp_lifecycle {
namespace {

uint32_t RemainingMs(const inet_diag_msg& row, Timer timer) {
  // Older kernels write the time since a timer was due as a negative number.
  constexpr uint32_t kLargest = std::numeric_limits<int32_t>::max();
  return timer == Timer::kNone || row.idiag_expires > kLargest ? 0 : row.idiag_expires;
}

IpAddress AddressOf(uint8_t family, const __be32 (&words)[4]) {
  if (family == AF_INET) {
    std::array<uint8_t, 4> bytes;
    std::memcpy(bytes.data(), words, sizeof bytes);
    return IpAddress::FromV4(bytes);
  }
  std::array<uint8_t, 16> bytes;
  std::memcpy(bytes.data(), words, sizeof bytes);
  return IpAddress::FromV6(bytes);
}

template <typename T>
std::optional<T> ValueAt(std::span<const std::byte> bytes, size_t offset) {
  if (bytes.size() < offset + sizeof(T)) return std::nullopt;
  T value;
  std::memcpy(&value, bytes.data() + offset, sizeof value);
  return value;
}

struct Attributes {
  uint64_t cgroup = 0;
  std::optional<uint32_t> drops;
  bool v6_only = false;
  bool whole = true;
};

Attributes ReadAttributes(std::span<const std::byte> bytes) {
  Attributes known;
  NetlinkAttributes attributes(bytes);
  for (NetlinkAttribute attribute; attributes.Next(attribute);) {
    if (attribute.type == INET_DIAG_CGROUP_ID) {
      known.cgroup = ValueAt<uint64_t>(attribute.value, 0).value_or(0);
    } else if (attribute.type == INET_DIAG_SKMEMINFO) {
      known.drops = ValueAt<uint32_t>(attribute.value, SK_MEMINFO_DROPS * sizeof(uint32_t));
    } else if (attribute.type == INET_DIAG_SKV6ONLY) {
      known.v6_only = ValueAt<uint8_t>(attribute.value, 0).value_or(0) != 0;
    }
  }
  known.whole = attributes.whole();
  return known;
}

RowResult Decode(std::span<const std::byte> bytes, Socket& socket, inet_diag_msg& row,
                 Attributes& attributes) {
  if (bytes.size() < sizeof row) return RowResult::kMalformed;
  std::memcpy(&row, bytes.data(), sizeof row);
  if (row.idiag_family != AF_INET && row.idiag_family != AF_INET6) return RowResult::kMalformed;
  const std::optional<TcpState> state = StateOf(row.idiag_state);
  if (!state) return RowResult::kUnknownState;
  attributes = ReadAttributes(bytes.subspan(sizeof row));

  socket.local_address = AddressOf(row.idiag_family, row.id.idiag_src);
  socket.remote_address = AddressOf(row.idiag_family, row.id.idiag_dst);
  socket.local_port = ntohs(row.id.idiag_sport);
  socket.remote_port = ntohs(row.id.idiag_dport);
  socket.namespace_index = 0;
  socket.scope = row.id.idiag_if;
  socket.state = *state;
  socket.timer = TimerOf(row.idiag_timer, *state, row.idiag_inode).value_or(Timer::kNone);
  socket.remaining_ms = RemainingMs(row, socket.timer);
  socket.retransmits = row.idiag_retrans;
  socket.role = Role::kUnknown;
  socket.flags = IsUnaccepted(*state, row.idiag_inode) ? kUnaccepted : 0;
  if (attributes.v6_only) socket.flags |= kV6Only;
  socket.family = socket.local_address.family();
  socket.reserved = 0;
  socket.cgroup = attributes.cgroup;
  return attributes.whole ? RowResult::kWhole : RowResult::kBadAttributes;
}

}  // namespace

RowResult DecodeSocket(std::span<const std::byte> row, Socket& socket) {
  inet_diag_msg message;
  Attributes attributes;
  return Decode(row, socket, message, attributes);
}

RowResult DecodeListener(std::span<const std::byte> row, Listener& listener) {
  inet_diag_msg message;
  Attributes attributes;
  const RowResult result = Decode(row, listener.socket, message, attributes);
  if (result == RowResult::kUnknownState || result == RowResult::kMalformed) return result;
  // The kernel reports a listener's queues in the fields that count bytes elsewhere.
  listener.accept_queue = message.idiag_rqueue;
  listener.backlog = message.idiag_wqueue;
  listener.drops = attributes.drops;
  return result;
}

}  // namespace tcp_lifecycle
