#include "collectors/kernel/bpf/connect_events_reader.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <iterator>

namespace tcp_lifecycle {
namespace {

ConnectError ErrorOf(uint32_t error) {
  switch (error) {
    case EADDRNOTAVAIL:
      return ConnectError::kAddrNotAvail;
    case ECONNREFUSED:
      return ConnectError::kConnRefused;
    case ETIMEDOUT:
      return ConnectError::kTimedOut;
    case ENETUNREACH:
      return ConnectError::kNetUnreach;
    case ECONNRESET:
      return ConnectError::kConnReset;
    case EHOSTUNREACH:
      return ConnectError::kHostUnreach;
    default:
      return ConnectError::kOther;
  }
}

}  // namespace

void AddCounter(const WireDestination& destination, uint64_t count, ConnectEvents& events) {
  std::array<uint8_t, 16> address;
  std::copy(std::begin(destination.address), std::end(destination.address), address.begin());
  events.destinations.push_back({IpAddress::FromV6(address), ntohs(destination.port), count});
}

void AddCounter(const WireFailure& failure, uint64_t count, ConnectEvents& events) {
  if (failure.error == kWireElsewhere) {
    events.exhausted_elsewhere += count;
  } else {
    events.failures[static_cast<size_t>(ErrorOf(failure.error))] += count;
  }
}

}  // namespace tcp_lifecycle
