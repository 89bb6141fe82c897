// The kernel behind DiagChannel: a NETLINK_SOCK_DIAG socket, opened once and kept. It answers for
// the network namespace in which it was opened.
#pragma once

#include <array>
#include <functional>

#include "absl/status/statusor.h"
#include "collectors/base/unique_fd.h"
#include "collectors/kernel/sock_diag/channel.h"

namespace tcp_lifecycle {

// A socket in the calling thread's network namespace.
absl::StatusOr<UniqueFd> OpenSockDiagSocket();

class NetlinkChannel : public DiagChannel {
 public:
  using Opener = std::function<absl::StatusOr<UniqueFd>()>;
  // `socket` came from `open`, which Reopen calls again.
  NetlinkChannel(UniqueFd socket, Opener open)
      : socket_(std::move(socket)), open_(std::move(open)) {}

  absl::StatusOr<uint32_t> Request(const DumpRequest& request) override;
  absl::StatusOr<uint32_t> RequestOne(const LookupRequest& request) override;
  absl::StatusOr<std::span<const std::byte>> Receive(const Deadline& deadline) override;
  absl::Status Reopen() override;

 private:
  absl::StatusOr<uint32_t> Send(std::span<const std::byte> message);

  UniqueFd socket_;
  Opener open_;
  uint32_t sequence_ = 0;
  // The kernel fills its answers up to the size of the buffers it is read with, 32 KiB at most.
  std::array<std::byte, 32768> buffer_;
};

}  // namespace tcp_lifecycle
