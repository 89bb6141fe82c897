// Short ways to write sockets and listeners down in tests.
#pragma once

#include <arpa/inet.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <string>

#include "collectors/model/socket.h"

namespace tcp_lifecycle {

// "10.0.0.1", "2001:db8::1"; what is neither becomes "::".
inline IpAddress Ip(const std::string& text) {
  std::array<uint8_t, 4> v4;
  if (inet_pton(AF_INET, text.c_str(), v4.data()) == 1) return IpAddress::FromV4(v4);
  std::array<uint8_t, 16> v6{};
  inet_pton(AF_INET6, text.c_str(), v6.data());
  return IpAddress::FromV6(v6);
}

inline Socket MakeSocket(TcpState state, const std::string& local, uint16_t local_port,
                         const std::string& remote, uint16_t remote_port) {
  Socket socket;
  socket.state = state;
  socket.local_address = Ip(local);
  socket.local_port = local_port;
  socket.remote_address = Ip(remote);
  socket.remote_port = remote_port;
  socket.family = socket.local_address.family();
  return socket;
}

inline Listener MakeListener(const std::string& address, uint16_t port) {
  Listener listener;
  listener.socket = MakeSocket(TcpState::kListen, address, port, "::", 0);
  return listener;
}

}  // namespace tcp_lifecycle
