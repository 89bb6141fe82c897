// Replaces the addresses in a recording. Each becomes another one, always the same, and of its
// kind: any, loopback and IPv4-mapped stay what they are, private ones become 10.0.0.0/8 and
// fd00::/64, link-local ones 169.254.0.0/16 and fe80::/64, others 240.0.0.0/4 and 2001:db8::/64, in
// the order of their first appearance. Ports, users and inodes stay. Pure.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "collectors/base/enum_rows.h"
#include "collectors/model/ip_address.h"

namespace tcp_lifecycle {

class Anonymizer {
 public:
  IpAddress StandInFor(const IpAddress& address);
  // In a datagram of sock_diag. What cannot be understood, or is not read, is blanked.
  void Replace(std::span<std::byte> datagram);
  // In a line of net/tcp or net/tcp6; the kernel's address of the socket becomes 0.
  std::string Replaced(absl::string_view line);

 private:
  enum class Kind : uint8_t {
    kPrivateV4,
    kLinkLocalV4,
    kOtherV4,
    kPrivateV6,
    kLinkLocalV6,
    kOtherV6,
    kEnd
  };
  static Kind KindOf(const IpAddress& address);
  IpAddress Next(Kind kind);

  absl::flat_hash_map<IpAddress, IpAddress> stand_ins_;
  std::array<uint32_t, kCountOf<Kind>> used_ = {};
};

}  // namespace tcp_lifecycle
