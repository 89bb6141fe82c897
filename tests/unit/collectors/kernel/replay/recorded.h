// Builds recorded files for tests, and keeps what a source hands out.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "collectors/kernel/replay/datagram_file.h"
#include "collectors/model/socket_source.h"
#include "tests/unit/collectors/kernel/sock_diag/messages.h"

namespace tcp_lifecycle {

inline std::string TextOf(Datagram bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

inline std::string DatagramFile(const std::vector<Bytes>& datagrams) {
  std::string file = DatagramFileHeader();
  for (const Bytes& datagram : datagrams) {
    file += TextOf(LengthBefore(datagram)) + TextOf(datagram);
  }
  return file;
}

struct Kept : SocketVisitor {
  void OnListeners(std::span<Listener> batch) override {
    listeners.insert(listeners.end(), batch.begin(), batch.end());
  }
  void OnSockets(std::span<Socket> batch) override {
    sockets.insert(sockets.end(), batch.begin(), batch.end());
  }
  std::vector<Listener> listeners;
  std::vector<Socket> sockets;
};

inline Deadline Soon() { return Deadline::After(std::chrono::seconds(10)); }

}  // namespace tcp_lifecycle
