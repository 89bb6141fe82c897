// Replays a recorded directory through the decoders that read the kernel:
//
//   DIR/about          of what it is a recording
//   DIR/sock_diag/     the dumps of one pass
//   DIR/proc/          the files of /proc that facts come from, and net/tcp and net/tcp6, which
//                      stand in for the sockets where there is no sock_diag/
//
// `--record` makes such directories; they serve as fixtures and come with bug reports. Every pass
// gives the same records. Only DIR/proc suffices.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
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
  std::string procfs_root;  // DIR/proc, for the readers of facts
};

// NotFound where `dir` is missing or has nothing to replay, DataLoss where a file of it is
// truncated or makes no sense; every message names the path.
absl::StatusOr<Replay> OpenReplay(const std::string& dir);

}  // namespace tcp_lifecycle
