// Any bytes as one datagram of a dump, through the whole sock_diag source.
#include "collectors/kernel/sock_diag/sock_diag_source.h"

#include <cstdint>
#include <memory>

#include "collectors/kernel/sock_diag/netlink.h"

namespace tcp_lifecycle {
namespace {

// Answers every request with the same datagram, and then ends.
class OneDatagram : public DiagChannel {
 public:
  explicit OneDatagram(std::span<const std::byte> datagram) : datagram_(datagram) {}

  absl::StatusOr<uint32_t> Request(const DumpRequest&) override {
    handed_out_ = false;
    NetlinkMessage first;
    return NetlinkMessages(datagram_).Next(first) ? first.sequence : 0;
  }
  absl::StatusOr<std::span<const std::byte>> Receive(const Deadline&) override {
    if (handed_out_) return absl::DeadlineExceededError("silence");
    handed_out_ = true;
    return datagram_;
  }
  absl::Status Reopen() override { return absl::OkStatus(); }

 private:
  std::span<const std::byte> datagram_;
  bool handed_out_ = false;
};

}  // namespace
}  // namespace tcp_lifecycle

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace tcp_lifecycle;
  SocketVisitor nobody;
  for (const TcpStateSet states :
       {TcpStateSet{TcpState::kListen}, TcpStateSet::All().Without(TcpState::kListen)}) {
    SockDiagSource source(std::make_unique<OneDatagram>(std::as_bytes(std::span(data, size))),
                          "6.18.0");
    (void)source.ForEach({.states = states}, Deadline::After(std::chrono::hours(1)), nobody);
  }
  return 0;
}
