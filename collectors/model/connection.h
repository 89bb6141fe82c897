// The endpoints of a socket, by which one is found among others.
#pragma once

#include <cstdint>
#include <utility>

#include "collectors/model/ip_address.h"
#include "collectors/model/socket.h"

namespace tcp_lifecycle {

struct Connection {
  IpAddress local_address, remote_address;
  uint16_t local_port = 0, remote_port = 0;

  static Connection Of(const Socket& socket) {
    return {socket.local_address, socket.remote_address, socket.local_port, socket.remote_port};
  }
  bool operator==(const Connection&) const = default;
  template <typename H>
  friend H AbslHashValue(H h, const Connection& connection) {
    return H::combine(std::move(h), connection.local_address, connection.remote_address,
                      connection.local_port, connection.remote_port);
  }
};

}  // namespace tcp_lifecycle
