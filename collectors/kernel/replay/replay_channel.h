// Answers dump requests with recorded datagrams, the same ones to the same request every time.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "collectors/kernel/replay/datagram_file.h"
#include "collectors/kernel/sock_diag/channel.h"

namespace tcp_lifecycle {

// One file of a recording.
class RecordedDump {
 public:
  // DataLoss as ParseDatagramFile says.
  static absl::StatusOr<RecordedDump> Parse(std::string file);

  const std::vector<Datagram>& datagrams() const { return datagrams_; }
  // The number under which the recorded answers were sent.
  uint32_t sequence() const;

 private:
  std::vector<char> bytes_;  // stays where it is when moved, as a short std::string would not
  std::vector<Datagram> datagrams_;
};

class ReplayChannel : public DiagChannel {
 public:
  // By DumpRequest::name.
  using Dumps = absl::flat_hash_map<std::string, RecordedDump>;
  explicit ReplayChannel(Dumps dumps) : dumps_(std::move(dumps)) {}

  // NotFound where no such dump was recorded.
  absl::StatusOr<uint32_t> Request(const DumpRequest& request) override;
  // DataLoss where the recording has no more.
  absl::StatusOr<std::span<const std::byte>> Receive(const Deadline& deadline) override;
  absl::Status Reopen() override { return absl::OkStatus(); }

 private:
  Dumps dumps_;
  const RecordedDump* current_ = nullptr;
  size_t next_ = 0;
};

}  // namespace tcp_lifecycle
