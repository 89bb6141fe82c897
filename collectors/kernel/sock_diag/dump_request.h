// What one inet_diag dump asks the kernel for, and its bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/strings/string_view.h"
#include "collectors/model/ip_address.h"
#include "collectors/model/tcp_state.h"

namespace tcp_lifecycle {

// Which families one request covers.
enum class DumpFamily : uint8_t {
  kBoth,  // the legacy TCPDIAG_GETSOCK: IPv4 and IPv6 in one walk of the hash
  kIpv4,  // SOCK_DIAG_BY_FAMILY
  kIpv6,
};

struct DumpRequest {
  // For messages, and the file's name in a recording: each dump of a pass has its own.
  absl::string_view name;
  DumpFamily family = DumpFamily::kBoth;
  TcpStateSet states;
};

// One connection by its endpoints, as the lookup of an incoming packet finds it: where there is no
// such connection, the kernel answers with a listener on the local port.
struct LookupRequest {
  IpAddress local_address, remote_address;
  uint16_t local_port = 0, remote_port = 0;
  uint32_t scope = 0;  // the interface that the socket is bound to; 0 for none
};

// The whole netlink message. A request for listeners asks for their drops as well
// (INET_DIAG_SKMEMINFO).
std::vector<std::byte> EncodeRequest(const DumpRequest& request, uint32_t sequence);
std::vector<std::byte> EncodeRequest(const LookupRequest& request, uint32_t sequence);

}  // namespace tcp_lifecycle
