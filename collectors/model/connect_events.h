// Connections of a namespace that could not be made, as the kernel told of each since the exporter
// began to count. No counter falls.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "collectors/base/enum_rows.h"
#include "collectors/model/ip_address.h"

namespace tcp_lifecycle {

// Why a connect() failed; kAddrNotAvail: no local port was free.
enum class ConnectError : uint8_t {
  kAddrNotAvail,
  kConnRefused,
  kTimedOut,
  kNetUnreach,
  kConnReset,
  kHostUnreach,
  kOther,
  kEnd,
};
inline constexpr size_t kConnectErrorCount = kCountOf<ConnectError>;

// Label values, indexed by ConnectError.
inline constexpr std::array<absl::string_view, kConnectErrorCount> kConnectErrorNames = {
    "EADDRNOTAVAIL", "ECONNREFUSED", "ETIMEDOUT", "ENETUNREACH",
    "ECONNRESET",    "EHOSTUNREACH", "other"};
static_assert(AreNamed(kConnectErrorNames));

struct ConnectEvents {
  struct Destination {
    IpAddress address;
    uint16_t port = 0;
    uint64_t exhausted = 0;
  };

  std::array<uint64_t, kConnectErrorCount> failures{};  // by ConnectError
  // Failures with kAddrNotAvail: to each of the first destinations, and to all others together.
  std::vector<Destination> destinations;
  uint64_t exhausted_elsewhere = 0;
};

class ConnectEventsReader {
 public:
  virtual ~ConnectEventsReader() = default;
  virtual absl::StatusOr<ConnectEvents> Read() = 0;
};

}  // namespace tcp_lifecycle
