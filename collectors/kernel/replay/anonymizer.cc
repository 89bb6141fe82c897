#include "collectors/kernel/replay/anonymizer.h"

#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstring>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "collectors/kernel/procfs/tcp_row.h"
#include "collectors/kernel/sock_diag/netlink.h"

namespace tcp_lifecycle {
namespace {

// An endpoint in net/tcp and net/tcp6; with the port comes a colon.
constexpr size_t kV4Digits = 8;
constexpr size_t kV6Digits = 32;
constexpr size_t kPortDigits = 5;
// The address of the socket in the kernel.
constexpr size_t kPointerDigits = 16;

// `part` of `datagram`, for writing.
std::span<std::byte> Within(std::span<std::byte> datagram, std::span<const std::byte> part) {
  return datagram.subspan(static_cast<size_t>(part.data() - datagram.data()), part.size());
}

void Blank(std::span<std::byte> bytes) { std::ranges::fill(bytes, std::byte{0}); }

// Whatever its type, as the decoder takes it; those below are netlink's own.
bool IsRow(const NetlinkMessage& message) {
  return message.type >= NLMSG_MIN_TYPE && message.payload.size() >= sizeof(inet_diag_msg);
}

// All but those that a replay may need: some have addresses (INET_DIAG_MD5SIG).
void BlankAttributes(std::span<std::byte> datagram, std::span<const std::byte> attributes) {
  NetlinkAttributes rest(attributes);
  std::span<const std::byte> behind = attributes;
  for (NetlinkAttribute attribute; rest.Next(attribute);) {
    behind = attributes.subspan(static_cast<size_t>(attribute.value.data() - attributes.data()) +
                                attribute.value.size());
    const bool is_read =
        attribute.type == INET_DIAG_SHUTDOWN || attribute.type == INET_DIAG_SKMEMINFO ||
        attribute.type == INET_DIAG_SKV6ONLY || attribute.type == INET_DIAG_CGROUP_ID;
    if (!is_read) Blank(Within(datagram, attribute.value));
  }
  if (!rest.whole()) Blank(Within(datagram, behind));
}

// As net/tcp writes it: each 32-bit word of the address as a number of this host's byte order.
std::string EndpointOf(std::span<const uint8_t> address, uint16_t port) {
  std::string text;
  for (size_t i = 0; i < address.size(); i += sizeof(uint32_t)) {
    uint32_t word = 0;
    std::memcpy(&word, &address[i], sizeof word);
    absl::StrAppendFormat(&text, "%08X", word);
  }
  absl::StrAppendFormat(&text, ":%04X", port);
  return text;
}

}  // namespace

Anonymizer::Kind Anonymizer::KindOf(const IpAddress& address) {
  const std::array<uint8_t, 16>& bytes = address.bytes();
  if (address.family() == Family::kIpv4) {
    const uint8_t first = bytes[12];
    const uint8_t second = bytes[13];
    if (first == 169 && second == 254) return Kind::kLinkLocalV4;
    const bool is_private = first == 10 || (first == 172 && second >> 4 == 1) ||
                            (first == 192 && second == 168) ||
                            (first == 100 && second >> 6 == 1);  // RFC 6598
    return is_private ? Kind::kPrivateV4 : Kind::kOtherV4;
  }
  if (bytes[0] == 0xfe && bytes[1] >> 6 == 2) return Kind::kLinkLocalV6;
  return bytes[0] >> 1 == 0x7e ? Kind::kPrivateV6 : Kind::kOtherV6;
}

IpAddress Anonymizer::Next(Kind kind) {
  const uint32_t number = ++used_[static_cast<size_t>(kind)];
  const std::array<uint8_t, 4> bytes = {
      static_cast<uint8_t>(number >> 24), static_cast<uint8_t>(number >> 16),
      static_cast<uint8_t>(number >> 8), static_cast<uint8_t>(number)};
  std::array<uint8_t, 16> v6 = {};
  std::ranges::copy(bytes, v6.begin() + 12);
  switch (kind) {
    case Kind::kPrivateV4:
      return IpAddress::FromV4({10, bytes[1], bytes[2], bytes[3]});
    case Kind::kLinkLocalV4:
      return IpAddress::FromV4({169, 254, bytes[2], bytes[3]});
    case Kind::kOtherV4:
      return IpAddress::FromV4(
          {static_cast<uint8_t>(240 | bytes[0]), bytes[1], bytes[2], bytes[3]});
    case Kind::kPrivateV6:
      v6[0] = 0xfd;
      break;
    case Kind::kLinkLocalV6:
      v6[0] = 0xfe, v6[1] = 0x80;
      break;
    case Kind::kOtherV6:
    case Kind::kEnd:
      v6[0] = 0x20, v6[1] = 0x01, v6[2] = 0x0d, v6[3] = 0xb8;
      break;
  }
  return IpAddress::FromV6(v6);
}

IpAddress Anonymizer::StandInFor(const IpAddress& address) {
  if (address.IsAny() || address.IsLoopback()) return address;
  const auto [place, added] = stand_ins_.try_emplace(address);
  if (added) {
    const Kind kind = KindOf(address);
    place->second = Next(kind);
    if (place->second == address) place->second = Next(kind);
  }
  return place->second;
}

void Anonymizer::Replace(std::span<std::byte> datagram) {
  NetlinkMessages messages(datagram);
  std::span<std::byte> rest = datagram;
  for (NetlinkMessage message; messages.Next(message);) {
    const std::span<std::byte> payload = Within(datagram, message.payload);
    rest = datagram.subspan(static_cast<size_t>(payload.data() - datagram.data()) + payload.size());
    if (!IsRow(message)) {
      // The end has no address, nor has an error, which quotes the request.
      if (message.type != NLMSG_DONE && message.type != NLMSG_ERROR) Blank(payload);
      continue;
    }
    inet_diag_msg row;
    std::memcpy(&row, payload.data(), sizeof row);
    for (__be32(*words)[4] : {&row.id.idiag_src, &row.id.idiag_dst}) {
      std::array<uint8_t, 16> bytes;
      std::memcpy(bytes.data(), *words, sizeof bytes);
      if (row.idiag_family == AF_INET) {
        const IpAddress v4 =
            StandInFor(IpAddress::FromV4({bytes[0], bytes[1], bytes[2], bytes[3]}));
        bytes = {};
        std::ranges::copy(std::span(v4.bytes()).subspan(12), bytes.begin());
      } else {
        bytes = StandInFor(IpAddress::FromV6(bytes)).bytes();
      }
      std::memcpy(*words, bytes.data(), sizeof bytes);
    }
    std::memcpy(payload.data(), &row, sizeof row);
    BlankAttributes(datagram, message.payload.subspan(sizeof row));
  }
  if (!messages.status().ok()) Blank(rest);
}

std::string Anonymizer::Replaced(absl::string_view line) {
  std::vector<std::string> words = absl::StrSplit(line, ' ');
  for (std::string& word : words) {
    if (word.size() == kPointerDigits && absl::c_all_of(word, absl::ascii_isxdigit)) {
      word.assign(kPointerDigits, '0');
    }
    IpAddress address;
    uint16_t port = 0;
    const bool is_v4 = word.size() == kV4Digits + kPortDigits;
    const bool is_v6 = word.size() == kV6Digits + kPortDigits;
    if ((!is_v4 && !is_v6) || !ParseTcpEndpoint(word, address, port)) continue;
    const IpAddress stand_in = StandInFor(address);
    word = EndpointOf(std::span(stand_in.bytes()).subspan(is_v4 ? 12 : 0), port);
  }
  return absl::StrJoin(words, " ");
}

}  // namespace tcp_lifecycle
