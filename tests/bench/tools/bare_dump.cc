// The floor under a scrape by sock_diag: for each line on standard input it asks for the dumps that
// the exporter asks for, receives every answer and throws it away, then says how many bytes came.
#include <linux/netlink.h>

#include <chrono>
#include <iostream>
#include <string>

#include "collectors/kernel/sock_diag/netlink.h"
#include "collectors/kernel/sock_diag/netlink_channel.h"

namespace tcp_lifecycle {
namespace {

// Looks at no more than the first message of each datagram: DONE comes in one of its own.
absl::StatusOr<uint64_t> Dump(NetlinkChannel& channel, const DumpRequest& request) {
  const Deadline deadline = Deadline::After(std::chrono::seconds(30));
  const absl::StatusOr<uint32_t> sequence = channel.Request(request);
  if (!sequence.ok()) return sequence.status();
  uint64_t bytes = 0;
  while (true) {
    const absl::StatusOr<std::span<const std::byte>> datagram = channel.Receive(deadline);
    if (!datagram.ok()) return datagram.status();
    bytes += datagram->size();
    NetlinkMessage first;
    if (!NetlinkMessages(*datagram).Next(first)) return absl::DataLossError("no message");
    if (first.type == NLMSG_DONE) return bytes;
    if (first.type == NLMSG_ERROR) return DecodeResult(first.payload);
  }
}

int Run() {
  absl::StatusOr<UniqueFd> socket = OpenSockDiagSocket();
  if (!socket.ok()) {
    std::cerr << socket.status() << "\n";
    return 1;
  }
  NetlinkChannel channel(*std::move(socket), OpenSockDiagSocket);
  const DumpRequest listen = {"listen", DumpFamily::kBoth, {TcpState::kListen}};
  const DumpRequest rest = {"rest", DumpFamily::kBoth,
                            TcpStateSet::All().Without(TcpState::kListen)};
  for (std::string line; std::getline(std::cin, line);) {
    const absl::StatusOr<uint64_t> listeners = Dump(channel, listen);
    const absl::StatusOr<uint64_t> others = Dump(channel, rest);
    if (!listeners.ok() || !others.ok()) {
      std::cerr << listeners.status() << " " << others.status() << "\n";
      return 1;
    }
    std::cout << *listeners + *others << std::endl;
  }
  return 0;
}

}  // namespace
}  // namespace tcp_lifecycle

int main() { return tcp_lifecycle::Run(); }
