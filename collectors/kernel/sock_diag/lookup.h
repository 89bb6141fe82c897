// Asks sock_diag for single connections of one network namespace, and for the first rows of a dump:
// the other opinion that the BPF reader is checked against. Needs no privilege, and costs a few
// microseconds a socket.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "collectors/base/deadline.h"
#include "collectors/kernel/sock_diag/channel.h"
#include "collectors/model/socket.h"

namespace tcp_lifecycle {

struct FoundSocket {
  Socket socket;
  uint64_t cookie = 0;  // the same cookie is the same socket; its TIME_WAIT keeps it
};

class SocketLookup {
 public:
  virtual ~SocketLookup() = default;

  // The connection with the endpoints and the scope of `socket`; nullopt where there is none.
  // DeadlineExceeded, or why the kernel does not answer.
  virtual absl::StatusOr<std::optional<FoundSocket>> Find(const Socket& socket,
                                                          const Deadline& deadline) = 0;
  // About `most` sockets in `states`, those that a dump lists first.
  virtual absl::StatusOr<std::vector<FoundSocket>> First(TcpStateSet states, size_t most,
                                                         const Deadline& deadline) = 0;
  // Whether a dump has sockets that are only bound; Find() never has.
  virtual bool ListsBound() const = 0;
};

class SockDiagLookup : public SocketLookup {
 public:
  SockDiagLookup(std::unique_ptr<DiagChannel> channel, bool lists_bound)
      : channel_(std::move(channel)), lists_bound_(lists_bound) {}

  absl::StatusOr<std::optional<FoundSocket>> Find(const Socket& socket,
                                                  const Deadline& deadline) override;
  absl::StatusOr<std::vector<FoundSocket>> First(TcpStateSet states, size_t most,
                                                 const Deadline& deadline) override;
  bool ListsBound() const override { return lists_bound_; }

 private:
  absl::Status ReadDump(const DumpRequest& request, size_t most, const Deadline& deadline,
                        std::vector<FoundSocket>& found);

  std::unique_ptr<DiagChannel> channel_;
  bool lists_bound_;
};

// In the calling thread's network namespace.
absl::StatusOr<std::unique_ptr<SocketLookup>> OpenSockDiagLookup();

}  // namespace tcp_lifecycle
