// Parses /proc/net/tcp and tcp6: the header line gives the columns, every other line is a socket.
// Pure; procfs_source.cc feeds it. The formats are those of get_tcp4_sock, get_openreq4 and
// get_timewait4_sock in the kernel's net/ipv4/tcp_ipv4.c and of their tcp6 sisters.
#pragma once

#include <cstddef>
#include <cstdint>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "collectors/model/socket.h"

namespace tcp_lifecycle {

// Where the fields of a row stand, counted in words. tx_queue:rx_queue is one word, and so is
// tr:tm->when.
struct TcpColumns {
  size_t local_address = 0;
  size_t remote_address = 0;
  size_t state = 0;
  size_t queues = 0;
  size_t timer = 0;
  size_t retransmits = 0;
  size_t probes = 0;
  size_t inode = 0;
  size_t count = 0;  // words a row must have
};

struct TcpRow {
  // Without namespace, scope and cgroup. In a row of unknown state nothing else is set.
  Socket socket;
  bool unknown_state = false;
  uint32_t rx_queue = 0;  // bytes; of a listener, connections that wait for accept()
  uint64_t inode = 0;     // 0: no program holds it, not any more or not yet
};

// 0100007F:0016, or an address of 32 digits. False, with the rest unspecified, where it is neither.
bool ParseTcpEndpoint(absl::string_view text, IpAddress& address, uint16_t& port);

// DataLoss names the first column that is missing.
absl::StatusOr<TcpColumns> ParseTcpHeader(absl::string_view line);

// `ticks_per_second`: USER_HZ, the unit of tm->when. DataLoss names the field and its text.
absl::StatusOr<TcpRow> ParseTcpRow(absl::string_view line, const TcpColumns& columns,
                                   uint32_t ticks_per_second);

}  // namespace tcp_lifecycle
