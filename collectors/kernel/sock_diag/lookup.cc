#include "collectors/kernel/sock_diag/lookup.h"

#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <sys/utsname.h>

#include <array>
#include <cstring>
#include <span>

#include "absl/strings/str_cat.h"
#include "collectors/base/status.h"
#include "collectors/kernel/kernel_release.h"
#include "collectors/kernel/sock_diag/decode_message.h"
#include "collectors/kernel/sock_diag/netlink.h"
#include "collectors/kernel/sock_diag/netlink_channel.h"
#include "collectors/model/connection.h"

namespace tcp_lifecycle {
namespace {

// nullopt: a row without a meaning here.
std::optional<FoundSocket> Decode(std::span<const std::byte> row) {
  FoundSocket found;
  const RowResult result = DecodeSocket(row, found.socket);
  if (result == RowResult::kMalformed || result == RowResult::kUnknownState) return std::nullopt;
  inet_diag_msg message;
  std::memcpy(&message, row.data(), sizeof message);
  static_assert(sizeof message.id.idiag_cookie == sizeof found.cookie);
  std::memcpy(&found.cookie, message.id.idiag_cookie, sizeof found.cookie);
  return found;
}

bool IsRow(const NetlinkMessage& message) {
  return message.type == SOCK_DIAG_BY_FAMILY || message.type == TCPDIAG_GETSOCK;
}

absl::Status Annotated(absl::string_view what, const absl::Status& status) {
  return Prefixed(absl::StrCat("sock_diag ", what), status);
}

}  // namespace

absl::StatusOr<std::optional<FoundSocket>> SockDiagLookup::Find(const Socket& socket,
                                                                const Deadline& deadline) {
  const absl::StatusOr<uint32_t> sequence =
      channel_->RequestOne({socket.local_address, socket.remote_address, socket.local_port,
                            socket.remote_port, socket.scope});
  if (!sequence.ok()) return Annotated("lookup", sequence.status());
  while (true) {
    const absl::StatusOr<std::span<const std::byte>> datagram = channel_->Receive(deadline);
    if (!datagram.ok()) return Annotated("lookup", datagram.status());
    NetlinkMessages messages(*datagram);
    for (NetlinkMessage message; messages.Next(message);) {
      if (message.sequence != *sequence) continue;  // of an earlier request that came too late
      if (IsRow(message)) {
        std::optional<FoundSocket> found = Decode(message.payload);
        if (!found) return absl::DataLossError("sock_diag lookup: a row that makes no sense");
        // A listener stands in for a connection that does not exist.
        if (Connection::Of(found->socket) != Connection::Of(socket)) found.reset();
        return found;
      }
      if (message.type != NLMSG_ERROR) continue;
      const absl::Status status = DecodeResult(message.payload);
      if (absl::IsNotFound(status)) return std::nullopt;
      if (!status.ok()) return Annotated("lookup", status);
    }
    if (!messages.status().ok()) return Annotated("lookup", messages.status());
  }
}

absl::StatusOr<std::vector<FoundSocket>> SockDiagLookup::First(TcpStateSet states, size_t most,
                                                               const Deadline& deadline) {
  const DumpRequest legacy = {"check", DumpFamily::kBoth, states};
  std::vector<FoundSocket> found;
  const absl::Status status = ReadDump(legacy, most, deadline, found);
  if (status.ok()) return found;
  if (absl::IsDeadlineExceeded(status) || absl::IsDataLoss(status)) return status;
  // A kernel that refuses the legacy request answers by family.
  const std::array<DumpRequest, 2> by_family = {
      {{"check_ipv4", DumpFamily::kIpv4, states}, {"check_ipv6", DumpFamily::kIpv6, states}}};
  found.clear();
  for (const DumpRequest& request : by_family) {
    const absl::Status again = ReadDump(request, found.size() + most, deadline, found);
    if (!again.ok()) return again;
  }
  return found;
}

absl::Status SockDiagLookup::ReadDump(const DumpRequest& request, size_t most,
                                      const Deadline& deadline, std::vector<FoundSocket>& found) {
  const absl::StatusOr<uint32_t> sequence = channel_->Request(request);
  if (!sequence.ok()) return Annotated(request.name, sequence.status());
  while (found.size() < most) {
    const absl::StatusOr<std::span<const std::byte>> datagram = channel_->Receive(deadline);
    if (!datagram.ok()) {
      const absl::Status reopened = channel_->Reopen();
      return Annotated(request.name, reopened.ok() ? datagram.status() : reopened);
    }
    NetlinkMessages messages(*datagram);
    for (NetlinkMessage message; messages.Next(message);) {
      if (message.sequence != *sequence) continue;
      if (IsRow(message)) {
        std::optional<FoundSocket> row = Decode(message.payload);
        if (row) found.push_back(*row);
      } else if (message.type == NLMSG_DONE || message.type == NLMSG_ERROR) {
        const absl::Status status = DecodeResult(message.payload);
        return status.ok() ? status : Annotated(request.name, status);
      }
    }
    if (!messages.status().ok()) return Annotated(request.name, messages.status());
  }
  // The kernel fills a dump as it is read: what nobody reads costs nothing once it is closed.
  return channel_->Reopen();
}

absl::StatusOr<std::unique_ptr<SocketLookup>> OpenSockDiagLookup() {
  absl::StatusOr<UniqueFd> socket = OpenSockDiagSocket();
  if (!socket.ok()) return socket.status();
  utsname kernel = {};
  uname(&kernel);
  return std::make_unique<SockDiagLookup>(
      std::make_unique<NetlinkChannel>(*std::move(socket), OpenSockDiagSocket),
      DumpsListBoundSockets(kernel.release));
}

}  // namespace tcp_lifecycle
