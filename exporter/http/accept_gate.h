// Keeps clients that send nothing, or send slowly, away from the HTTP library's workers. civetweb
// gives each connection a thread from accept() on, so a few hundred idle clients make a scrape wait
// for seconds; the gate holds a connection back, for the price of a file descriptor, until a whole
// request header has arrived. It does not parse HTTP: it looks for the empty line.
//
// civetweb is compiled with accept() renamed to tle_gate_accept() (civetweb.cmake) and otherwise
// untouched. All calls come from its one master thread, so there are no locks. The gate puts an
// epoll instance in the place of the listening socket, under the same descriptor number: what
// civetweb polls is then readable when the gate has something to do, not when someone knocks.
#pragma once

#include <sys/socket.h>

#include <chrono>
#include <cstddef>
#include <memory>
#include <span>
#include <unordered_map>

namespace tcp_lifecycle {

class AcceptGate {
 public:
  struct Limits {
    // Connections held back for each listening socket; one more costs the oldest its place.
    size_t pending = 1024;
    std::chrono::milliseconds wait = std::chrono::seconds(5);  // from the first byte of TCP on
    // What civetweb reads at most (max_request_size): a longer header is let through for its answer
    // that it is too long.
    size_t header_bytes = 8192;
  };

  explicit AcceptGate(const Limits& limits);
  ~AcceptGate();
  AcceptGate(const AcceptGate&) = delete;
  AcceptGate& operator=(const AcceptGate&) = delete;

  // Every tle_gate_accept() of the calling thread passes this gate from now on, or none again:
  // civetweb's accept() has no room for a pointer. The gate must outlive the attachment.
  void AttachToThread();
  static void DetachFromThread();

  // As accept(2) on a non-blocking socket, but the connection has its request header. The first
  // call for a listening socket replaces it, as said above; the caller closes `listener` after it
  // has stopped calling.
  int Accept(int listener, sockaddr* address, socklen_t* address_length);

 private:
  class Listener;
  Limits limits_;
  std::unordered_map<int, std::unique_ptr<Listener>> listeners_;  // by the caller's descriptor
};

// Whether `bytes` hold a whole request header, that is, an empty line.
bool HoldsRequestHeader(std::span<const char> bytes);

}  // namespace tcp_lifecycle
