// The seam between the sock_diag source and the kernel: one dump at a time, datagram by datagram.
// The real one is NetlinkChannel; a recording and the tests' fakes answer in its place.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "collectors/base/deadline.h"
#include "collectors/kernel/sock_diag/dump_request.h"

namespace tcp_lifecycle {

class DiagChannel {
 public:
  virtual ~DiagChannel() = default;

  // Asks for a dump; returns the sequence number that its answers carry.
  virtual absl::StatusOr<uint32_t> Request(const DumpRequest& request) = 0;

  // Asks for one socket, as Request() does for a dump.
  virtual absl::StatusOr<uint32_t> RequestOne(const LookupRequest& /*request*/) {
    return absl::UnimplementedError("single sockets cannot be asked for");
  }

  // The next datagram, valid until the next call. DeadlineExceeded when none came in time, DataLoss
  // when one was lost or cut.
  virtual absl::StatusOr<std::span<const std::byte>> Receive(const Deadline& deadline) = 0;

  // Forgets a dump that did not come to its end, with all answers still on their way.
  virtual absl::Status Reopen() = 0;
};

}  // namespace tcp_lifecycle
