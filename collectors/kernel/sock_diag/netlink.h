// Netlink framing, pure: splits a datagram into messages and a message into attributes, and reads
// the result codes. Nothing here trusts a length that it has not compared with the bytes there are.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "absl/status/status.h"

namespace tcp_lifecycle {

struct NetlinkMessage {
  uint16_t type = 0;
  uint16_t flags = 0;
  uint32_t sequence = 0;
  std::span<const std::byte> payload;
};

// Hands out the messages of one datagram in order.
class NetlinkMessages {
 public:
  explicit NetlinkMessages(std::span<const std::byte> datagram) : rest_(datagram) {}

  // False at the end, and at a message whose length cannot be true; status() tells which.
  bool Next(NetlinkMessage& message);
  // OK, or DataLoss with the length that made no sense.
  const absl::Status& status() const { return status_; }

 private:
  std::span<const std::byte> rest_;
  absl::Status status_;
};

struct NetlinkAttribute {
  uint16_t type = 0;  // without the nested and byte order flags
  std::span<const std::byte> value;
};

// Hands out the attributes that follow a message's fixed part.
class NetlinkAttributes {
 public:
  explicit NetlinkAttributes(std::span<const std::byte> attributes) : rest_(attributes) {}

  // False at the end, and at an attribute whose length cannot be true; whole() tells which.
  bool Next(NetlinkAttribute& attribute);
  bool whole() const { return whole_; }

 private:
  std::span<const std::byte> rest_;
  bool whole_ = true;
};

// The result that NLMSG_ERROR and NLMSG_DONE carry, with the kernel's error text; OK where it is 0.
// A DONE without a code is an OK one (old kernels).
absl::Status DecodeResult(std::span<const std::byte> payload);

}  // namespace tcp_lifecycle
