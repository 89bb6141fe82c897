#include "collectors/kernel/sock_diag/netlink_channel.h"

#include <linux/netlink.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <limits>

#include "absl/strings/str_cat.h"

namespace tcp_lifecycle {
namespace {

// Returns when there is something to read, when the deadline has passed, or for no reason.
absl::Status WaitForData(int fd, const Deadline& deadline) {
  constexpr auto kLongest = std::chrono::milliseconds(std::numeric_limits<int>::max());
  pollfd wanted = {.fd = fd, .events = POLLIN, .revents = 0};
  const int left_ms = static_cast<int>(std::min(deadline.Left(), kLongest).count());
  if (poll(&wanted, 1, left_ms) < 0 && errno != EINTR) {
    return absl::ErrnoToStatus(errno, "poll of the netlink socket");
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<UniqueFd> OpenSockDiagSocket() {
  UniqueFd fd(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG));
  if (!fd.valid()) return absl::ErrnoToStatus(errno, "socket(AF_NETLINK, NETLINK_SOCK_DIAG)");
  return fd;
}

absl::StatusOr<uint32_t> NetlinkChannel::Request(const DumpRequest& request) {
  return Send(EncodeRequest(request, ++sequence_));
}

absl::StatusOr<uint32_t> NetlinkChannel::RequestOne(const LookupRequest& request) {
  return Send(EncodeRequest(request, ++sequence_));
}

absl::StatusOr<uint32_t> NetlinkChannel::Send(std::span<const std::byte> message) {
  ssize_t sent = 0;
  do {
    // A netlink socket without a peer sends to port 0, the kernel.
    sent = send(socket_.get(), message.data(), message.size(), 0);
  } while (sent < 0 && errno == EINTR);
  if (sent < 0) return absl::ErrnoToStatus(errno, "sending the request");
  return sequence_;
}

absl::StatusOr<std::span<const std::byte>> NetlinkChannel::Receive(const Deadline& deadline) {
  while (!deadline.Passed()) {
    sockaddr_nl sender = {};
    iovec part = {.iov_base = buffer_.data(), .iov_len = buffer_.size()};
    msghdr header = {};
    header.msg_name = &sender;
    header.msg_namelen = sizeof sender;
    header.msg_iov = &part;
    header.msg_iovlen = 1;
    const ssize_t received = recvmsg(socket_.get(), &header, MSG_DONTWAIT);
    if (received >= 0) {
      if (sender.nl_pid != 0) continue;  // another process's, not the kernel's
      if ((header.msg_flags & MSG_TRUNC) != 0) {
        return absl::DataLossError(
            absl::StrCat("an answer was longer than ", buffer_.size(), " bytes and was cut"));
      }
      return std::span<const std::byte>(buffer_).first(static_cast<size_t>(received));
    }
    if (errno == EAGAIN) {
      if (absl::Status status = WaitForData(socket_.get(), deadline); !status.ok()) return status;
    } else if (errno == ENOBUFS) {
      return absl::DataLossError("the kernel dropped answers (ENOBUFS)");
    } else if (errno != EINTR) {
      return absl::ErrnoToStatus(errno, "receiving an answer");
    }
  }
  return absl::DeadlineExceededError("no whole answer in time");
}

absl::Status NetlinkChannel::Reopen() {
  absl::StatusOr<UniqueFd> fresh = open_();
  if (!fresh.ok()) return fresh.status();
  socket_ = *std::move(fresh);
  return absl::OkStatus();
}

}  // namespace tcp_lifecycle
