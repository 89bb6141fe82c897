// The format of a recorded dump, DIR/sock_diag/NAME.nl: a line that names format and byte order,
// then every datagram as the kernel sent it, each behind its length in bytes (4 bytes). Lengths and
// netlink are in the byte order of the host that recorded. Pure.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace tcp_lifecycle {

using Datagram = std::span<const std::byte>;
using DatagramLength = std::array<std::byte, sizeof(uint32_t)>;

// The first line of a file recorded on this host.
std::string DatagramFileHeader();

// What stands before a datagram.
DatagramLength LengthBefore(Datagram datagram);

// The datagrams of a whole file, as parts of `file`. DataLoss tells at which byte it is truncated,
// or that it was recorded in the other byte order.
absl::StatusOr<std::vector<Datagram>> ParseDatagramFile(absl::string_view file);

}  // namespace tcp_lifecycle
