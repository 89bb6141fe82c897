#include "collectors/kernel/sock_diag/sock_diag_source.h"

#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <sys/utsname.h>

#include <array>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "collectors/base/status.h"
#include "collectors/kernel/kernel_release.h"
#include "collectors/kernel/sock_diag/netlink.h"
#include "collectors/kernel/sock_diag/netlink_channel.h"

namespace tcp_lifecycle {
namespace {

// Whether the kernel said that it does not do what was asked, so that asking differently may help.
bool Refused(const absl::Status& status) {
  return !status.ok() && !absl::IsDeadlineExceeded(status) && !absl::IsDataLoss(status);
}

absl::Status Annotated(const DumpRequest& request, const absl::Status& status) {
  return Prefixed(absl::StrCat("sock_diag dump ", request.name), status);
}

}  // namespace

SockDiagSource::SockDiagSource(std::unique_ptr<DiagChannel> channel,
                               absl::string_view kernel_release)
    : channel_(std::move(channel)), knows_bound_inactive_(DumpsListBoundSockets(kernel_release)) {}

absl::StatusOr<PassInfo> SockDiagSource::ForEach(const SocketQuery& query, const Deadline& deadline,
                                                 SocketVisitor& visitor) {
  const TcpStateSet states = query.StatesOf(0);
  const TcpStateSet rest = states.Without(TcpState::kListen);
  RowSink sink(visitor);
  if (states.Contains(TcpState::kListen)) {
    const TcpStateSet listen = {TcpState::kListen};
    const std::array<DumpRequest, 2> by_family = {
        {{"listen_ipv4", DumpFamily::kIpv4, listen}, {"listen_ipv6", DumpFamily::kIpv6, listen}}};
    absl::Status status = DumpAll({"listen", DumpFamily::kBoth, listen}, by_family, deadline, sink);
    if (!status.ok()) return status;
  }
  if (!rest.empty()) {
    // One dump puts bound-inactive sockets first; two need them asked for apart.
    const TcpStateSet bound = rest.Contains(TcpState::kBoundInactive)
                                  ? TcpStateSet{TcpState::kBoundInactive}
                                  : TcpStateSet{};
    const TcpStateSet connected = rest.Without(TcpState::kBoundInactive);
    const std::array<DumpRequest, 4> by_family = {
        {{"bound_ipv4", DumpFamily::kIpv4, bound},
         {"bound_ipv6", DumpFamily::kIpv6, bound},
         {"connected_ipv4", DumpFamily::kIpv4, connected},
         {"connected_ipv6", DumpFamily::kIpv6, connected}}};
    absl::Status status = DumpAll({"rest", DumpFamily::kBoth, rest}, by_family, deadline, sink);
    if (!status.ok()) return status;
  }
  knows_bound_inactive_ |= sink.saw_bound_inactive();
  PassInfo info = sink.info();
  info.knows_bound_inactive = knows_bound_inactive_;
  info.knows_unaccepted = true;
  return info;
}

absl::Status SockDiagSource::DumpAll(const DumpRequest& legacy,
                                     std::span<const DumpRequest> by_family,
                                     const Deadline& deadline, RowSink& sink) {
  if (legacy_works_) {
    absl::Status status = Dump(legacy, deadline, sink);
    if (!Refused(status)) return status;
  }
  for (const DumpRequest& request : by_family) {
    if (request.states.empty()) continue;
    absl::Status status = Dump(request, deadline, sink);
    if (!status.ok()) return status;
  }
  legacy_works_ = false;
  return absl::OkStatus();
}

absl::Status SockDiagSource::Dump(const DumpRequest& request, const Deadline& deadline,
                                  RowSink& sink) {
  // Without this the kernel would refuse the new dump, and the old one's answers would come first.
  if (dump_unfinished_) {
    if (absl::Status status = channel_->Reopen(); !status.ok()) return Annotated(request, status);
  }
  dump_unfinished_ = true;
  const uint64_t rows_before = sink.rows();
  absl::StatusOr<uint32_t> sequence = channel_->Request(request);
  if (!sequence.ok()) return Annotated(request, sequence.status());
  absl::Status status = ReadAnswers(request, *sequence, deadline, sink);
  const uint64_t rows = sink.rows() - rows_before;
  if (Refused(status) && rows != 0) status = absl::DataLossError(status.message());
  if (!status.ok()) {
    return Annotated(request, absl::Status(status.code(), absl::StrCat(status.message(), ", after ",
                                                                       rows, " rows")));
  }
  dump_unfinished_ = false;
  sink.Flush();
  return absl::OkStatus();
}

absl::Status SockDiagSource::ReadAnswers(const DumpRequest& request, uint32_t sequence,
                                         const Deadline& deadline, RowSink& sink) {
  const bool listeners = request.states.Contains(TcpState::kListen);
  while (true) {
    absl::StatusOr<std::span<const std::byte>> datagram = channel_->Receive(deadline);
    if (!datagram.ok()) return datagram.status();
    NetlinkMessages messages(*datagram);
    for (NetlinkMessage message; messages.Next(message);) {
      if (message.sequence != sequence) continue;
      if ((message.flags & NLM_F_DUMP_INTR) != 0) {
        return absl::DataLossError("the kernel says it was interrupted (NLM_F_DUMP_INTR)");
      }
      switch (message.type) {
        case TCPDIAG_GETSOCK:
        case SOCK_DIAG_BY_FAMILY:
          if (listeners) {
            sink.OnListener(message.payload);
          } else {
            sink.OnSocket(message.payload, request.states);
          }
          break;
        case NLMSG_DONE:
          return DecodeResult(message.payload);
        case NLMSG_ERROR: {
          absl::Status status = DecodeResult(message.payload);
          if (!status.ok()) return status;
          break;  // an acknowledgement: the answer is still to come
        }
        case NLMSG_OVERRUN:
          return absl::DataLossError("the kernel lost answers (NLMSG_OVERRUN)");
        default:
          break;
      }
    }
    if (!messages.status().ok()) return messages.status();
  }
}

absl::StatusOr<std::unique_ptr<SocketSource>> OpenSockDiag() {
  absl::StatusOr<UniqueFd> socket = OpenSockDiagSocket();
  if (!socket.ok()) return socket.status();
  utsname kernel = {};
  uname(&kernel);
  return std::make_unique<SockDiagSource>(
      std::make_unique<NetlinkChannel>(*std::move(socket), OpenSockDiagSocket), kernel.release);
}

}  // namespace tcp_lifecycle
