// Decodes one row of an inet_diag dump (struct inet_diag_msg and the attributes behind it) into the
// model. Pure and without allocation: called for every socket of every scrape, and fuzzed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "collectors/model/socket.h"

namespace tcp_lifecycle {

enum class RowResult : uint8_t {
  kWhole,
  kBadAttributes,  // the row is right; the attributes after the first lying length are not read
  kUnknownState,   // nothing else is decoded
  kMalformed,      // too short, or of a family that is neither IPv4 nor IPv6
};

// `row` is the payload of the netlink message. Every member of `socket` is set, so that a slot of a
// batch can be used again.
RowResult DecodeSocket(std::span<const std::byte> row, Socket& socket);

// The same for a row in state LISTEN, with its queues and drops.
RowResult DecodeListener(std::span<const std::byte> row, Listener& listener);

}  // namespace tcp_lifecycle
