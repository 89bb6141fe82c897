#include "collectors/kernel/replay/replay_channel.h"

#include "absl/strings/str_cat.h"
#include "collectors/kernel/sock_diag/netlink.h"

namespace tcp_lifecycle {

absl::StatusOr<RecordedDump> RecordedDump::Parse(std::string file) {
  RecordedDump dump;
  dump.bytes_.assign(file.begin(), file.end());
  absl::StatusOr<std::vector<Datagram>> datagrams =
      ParseDatagramFile({dump.bytes_.data(), dump.bytes_.size()});
  if (!datagrams.ok()) return datagrams.status();
  dump.datagrams_ = *std::move(datagrams);
  return dump;
}

uint32_t RecordedDump::sequence() const {
  NetlinkMessage first;
  if (datagrams_.empty() || !NetlinkMessages(datagrams_.front()).Next(first)) return 0;
  return first.sequence;
}

absl::StatusOr<uint32_t> ReplayChannel::Request(const DumpRequest& request) {
  const auto dump = dumps_.find(request.name);
  if (dump == dumps_.end()) {
    return absl::NotFoundError(absl::StrCat("the recording has no ", request.name, ".nl"));
  }
  current_ = &dump->second;
  next_ = 0;
  return current_->sequence();
}

absl::StatusOr<std::span<const std::byte>> ReplayChannel::Receive(const Deadline&) {
  if (next_ == current_->datagrams().size()) {
    return absl::DataLossError("the recording ends before the kernel's last answer");
  }
  return current_->datagrams()[next_++];
}

}  // namespace tcp_lifecycle
