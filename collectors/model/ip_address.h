// An IPv4 or IPv6 address in 16 bytes. IPv4 is held in its IPv4-mapped form, so that a mapped IPv6
// socket and an IPv4 socket with the same addresses compare equal: the kernel gives them one tuple.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include "absl/strings/string_view.h"
#include "collectors/base/enum_rows.h"

namespace tcp_lifecycle {

enum class Family : uint8_t { kIpv4, kIpv6, kEnd };
inline constexpr size_t kFamilyCount = kCountOf<Family>;

// Label values, indexed by Family.
inline constexpr std::array<absl::string_view, kFamilyCount> kFamilyNames = {"ipv4", "ipv6"};
static_assert(AreNamed(kFamilyNames));

class IpAddress {
 public:
  constexpr IpAddress() = default;  // ::
  // `bytes` as on the wire.
  static constexpr IpAddress FromV4(const std::array<uint8_t, 4>& bytes) {
    IpAddress address;
    address.bytes_[10] = address.bytes_[11] = 0xff;
    for (size_t i = 0; i < 4; ++i) address.bytes_[12 + i] = bytes[i];
    return address;
  }
  static constexpr IpAddress FromV6(const std::array<uint8_t, 16>& bytes) {
    IpAddress address;
    address.bytes_ = bytes;
    return address;
  }

  constexpr Family family() const {
    for (size_t i = 0; i < 10; ++i) {
      if (bytes_[i] != 0) return Family::kIpv6;
    }
    return bytes_[10] == 0xff && bytes_[11] == 0xff ? Family::kIpv4 : Family::kIpv6;
  }
  // 0.0.0.0 or ::
  constexpr bool IsAny() const {
    for (size_t i = 12; i < 16; ++i) {
      if (bytes_[i] != 0) return false;
    }
    return family() == Family::kIpv4 || *this == IpAddress();
  }
  // 127.0.0.0/8 or ::1
  constexpr bool IsLoopback() const {
    if (family() == Family::kIpv4) return bytes_[12] == 127;
    for (size_t i = 0; i < 15; ++i) {
      if (bytes_[i] != 0) return false;
    }
    return bytes_[15] == 1;
  }
  // Network byte order.
  constexpr const std::array<uint8_t, 16>& bytes() const { return bytes_; }

  // The default calls memcmp() for each comparison in a hash table.
  constexpr bool operator==(const IpAddress& other) const {
    using Words = std::array<uint64_t, 2>;
    const auto ours = std::bit_cast<Words>(bytes_);
    const auto theirs = std::bit_cast<Words>(other.bytes_);
    return ours[0] == theirs[0] && ours[1] == theirs[1];
  }
  // NOLINTNEXTLINE(modernize-use-nullptr): clang-tidy 14 takes the defaulted <=> for a 0 pointer.
  constexpr auto operator<=>(const IpAddress&) const = default;

  template <typename H>
  friend H AbslHashValue(H h, const IpAddress& address) {
    return H::combine(std::move(h), address.bytes_);
  }

 private:
  std::array<uint8_t, 16> bytes_{};
};

// Canonical text without brackets or prefix: 10.0.0.1, 2001:db8::1 (RFC 5952).
std::string ToString(const IpAddress& address);
// 10.0.0.1:80, [2001:db8::1]:80
std::string EndpointText(const IpAddress& address, uint16_t port);

}  // namespace tcp_lifecycle
