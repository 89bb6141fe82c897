// Copies every datagram that a source receives into DIR/NAME.nl, one file a dump.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "collectors/kernel/replay/anonymizer.h"
#include "collectors/kernel/replay/output_file.h"
#include "collectors/kernel/sock_diag/channel.h"

namespace tcp_lifecycle {

class RecordingChannel : public DiagChannel {
 public:
  // `directory` exists and has no such files yet. With an `anonymizer`, its addresses are written.
  RecordingChannel(std::unique_ptr<DiagChannel> kernel, std::string directory,
                   Anonymizer* anonymizer)
      : kernel_(std::move(kernel)), directory_(std::move(directory)), anonymizer_(anonymizer) {}

  absl::StatusOr<uint32_t> Request(const DumpRequest& request) override;
  absl::StatusOr<std::span<const std::byte>> Receive(const Deadline& deadline) override;
  absl::Status Reopen() override { return kernel_->Reopen(); }

 private:
  std::unique_ptr<DiagChannel> kernel_;
  std::string directory_;
  Anonymizer* anonymizer_;
  std::optional<OutputFile> file_;  // of the dump in progress
};

}  // namespace tcp_lifecycle
