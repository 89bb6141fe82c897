// What one inet_diag dump asks the kernel for, and its bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/strings/string_view.h"
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

// The whole netlink message. A request for listeners asks for their drops as well
// (INET_DIAG_SKMEMINFO).
std::vector<std::byte> EncodeRequest(const DumpRequest& request, uint32_t sequence);

}  // namespace tcp_lifecycle
