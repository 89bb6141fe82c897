// A client over a loopback socket for the tests of the server: sends exactly the bytes it is given,
// so that it can be slow, unfinished or wrong.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <chrono>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "collectors/base/deadline.h"
#include "collectors/base/unique_fd.h"

namespace tcp_lifecycle {

class Client {
 public:
  explicit Client(uint16_t port, int receive_buffer_bytes = 0)
      : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    if (receive_buffer_bytes > 0) {
      setsockopt(fd_.get(), SOL_SOCKET, SO_RCVBUF, &receive_buffer_bytes,
                 sizeof(receive_buffer_bytes));
    }
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = connect(fd_.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0;
  }

  bool connected() const { return connected_; }

  // False when the server has closed.
  bool Send(absl::string_view bytes) {
    return send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL) ==
           static_cast<ssize_t>(bytes.size());
  }

  // What comes until the server closes or `wait` is over.
  std::string ReadAll(std::chrono::milliseconds wait = std::chrono::seconds(10)) {
    return ReadUntil(wait, [](absl::string_view) { return false; });
  }

  // One response with its body, as its Content-Length says; for HEAD ask for the header only.
  std::string ReadResponse(bool with_body = true,
                           std::chrono::milliseconds wait = std::chrono::seconds(10)) {
    return ReadUntil(wait, [with_body](absl::string_view text) {
      const size_t header_end = text.find("\r\n\r\n");
      if (header_end == absl::string_view::npos) return false;
      if (!with_body) return true;
      const size_t length = text.find("Content-Length: ");
      if (length == absl::string_view::npos || length > header_end) return false;
      return text.size() >= header_end + 4 + std::strtoul(text.data() + length + 16, nullptr, 10);
    });
  }

  // Whether the server has closed the connection, or does within `wait`.
  bool Closed(std::chrono::milliseconds wait = std::chrono::seconds(10)) {
    const Deadline deadline = Deadline::After(wait);
    char byte;
    while (true) {
      const ssize_t size = recv(fd_.get(), &byte, 1, MSG_DONTWAIT);
      if (size == 0 || (size < 0 && errno != EAGAIN)) return true;
      if (size < 0 && !WaitReadable(deadline)) return false;
    }
  }

  bool WaitReadable(const Deadline& deadline) {
    pollfd poll_fd = {.fd = fd_.get(), .events = POLLIN, .revents = 0};
    return poll(&poll_fd, 1, static_cast<int>(deadline.Left().count())) > 0;
  }

  int fd() const { return fd_.get(); }

 private:
  template <typename Done>
  std::string ReadUntil(std::chrono::milliseconds wait, Done done) {
    const Deadline deadline = Deadline::After(wait);
    std::string text;
    char buffer[4096];
    while (!done(text) && WaitReadable(deadline)) {
      const ssize_t size = recv(fd_.get(), buffer, sizeof(buffer), 0);
      if (size <= 0) break;
      text.append(buffer, static_cast<size_t>(size));
    }
    return text;
  }

  UniqueFd fd_;
  bool connected_ = false;
};

}  // namespace tcp_lifecycle
