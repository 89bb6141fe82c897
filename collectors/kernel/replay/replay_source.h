// Replays a recording through the decoders that read the kernel:
//
//   about          of what it is a recording
//   sock_diag/     the dumps of one pass
//   proc/          the files that facts come from, and net/tcp and net/tcp6, which stand in
//                  for the sockets where there is no sock_diag/
//
// `--record` makes such archives, for bug reports; unpacked into directories they serve as
// fixtures. Every pass gives the same records. Only proc/ suffices.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "collectors/kernel/replay/temporary_directory.h"
#include "collectors/model/netns.h"
#include "collectors/model/reader_names.h"
#include "collectors/model/socket_source.h"

namespace tcp_lifecycle {

// A source under the name `replay`.
class ReplaySource : public SocketSource {
 public:
  explicit ReplaySource(std::unique_ptr<SocketSource> recorded) : recorded_(std::move(recorded)) {}

  absl::string_view Name() const override { return kReplayReader; }
  bool KnowsScope() const override { return recorded_->KnowsScope(); }
  absl::StatusOr<PassInfo> ForEach(const SocketQuery& query, const Deadline& deadline,
                                   SocketVisitor& visitor) override {
    return recorded_->ForEach(query, deadline, visitor);
  }

 private:
  std::unique_ptr<SocketSource> recorded_;
};

struct Replay {
  std::unique_ptr<SocketSource> sockets;
  Netns netns;              // whose they are; `self` where the recording does not say
  std::string procfs_root;  // of proc/, for the readers of facts
  // Where an archive's files are, for as long as they are read; of a directory null.
  std::unique_ptr<TemporaryDirectory> unpacked;
};

// `path`: of an archive, or of a directory. NotFound where it is missing or has nothing to replay,
// DataLoss where a file of it is truncated or makes no sense; every message names the path.
absl::StatusOr<Replay> OpenReplay(const std::string& path);

}  // namespace tcp_lifecycle
