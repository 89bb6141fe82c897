#include "collectors/kernel/replay/recording_channel.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "collectors/kernel/replay/datagram_file.h"

namespace tcp_lifecycle {

absl::StatusOr<uint32_t> RecordingChannel::Request(const DumpRequest& request) {
  // A request that could not even be sent leaves no file: replay finds none and fails alike.
  absl::StatusOr<uint32_t> sequence = kernel_->Request(request);
  if (!sequence.ok()) return sequence;
  absl::StatusOr<OutputFile> file =
      OutputFile::Create(absl::StrCat(directory_, "/", request.name, ".nl"));
  if (!file.ok()) return file.status();
  if (absl::Status status = file->Write(DatagramFileHeader()); !status.ok()) return status;
  file_ = *std::move(file);
  return sequence;
}

absl::StatusOr<std::span<const std::byte>> RecordingChannel::Receive(const Deadline& deadline) {
  absl::StatusOr<std::span<const std::byte>> datagram = kernel_->Receive(deadline);
  if (!datagram.ok()) return datagram;
  std::span<const std::byte> written = *datagram;
  std::vector<std::byte> replaced;
  if (anonymizer_ != nullptr) {
    replaced.assign(datagram->begin(), datagram->end());
    anonymizer_->Replace(replaced);
    written = replaced;
  }
  if (absl::Status status = file_->Write(LengthBefore(written)); !status.ok()) return status;
  if (absl::Status status = file_->Write(written); !status.ok()) return status;
  return datagram;
}

}  // namespace tcp_lifecycle
