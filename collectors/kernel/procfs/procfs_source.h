// The sockets of /proc/net/tcp and tcp6: the source for kernels and sandboxes without sock_diag,
// and for recorded trees. It does not tell backlogs, drops, IPV6_V6ONLY, scopes or bound-inactive
// sockets.
//
// Order: the kernel lists the listeners of one family first, but tcp6's listeners would come after
// tcp's connections. Both files are therefore opened at once and read up to their first batch of
// other sockets, and only then to their ends: no row is read twice, since even a short second read
// could cost a walk over the hash of the whole host. A kernel that mixes its listeners among other
// rows (gVisor; Linux before 4.4 among SYN_RECV) has them told first as far as they are within the
// first batch, and the others when they are met.
#pragma once

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "collectors/kernel/procfs/proc_files.h"
#include "collectors/model/reader_names.h"
#include "collectors/model/socket_source.h"

namespace tcp_lifecycle {

class ProcfsSource : public SocketSource {
 public:
  explicit ProcfsSource(ProcFiles files) : files_(std::move(files)) {}

  absl::string_view Name() const override { return kProcfsReader; }
  bool KnowsScope() const override { return false; }

  // A row that makes no sense is counted and left out; DataLoss with its file, line and text where
  // a file has no row that does, or not the header. An absent tcp6 is IPv6 turned off.
  absl::StatusOr<PassInfo> ForEach(const SocketQuery& query, const Deadline& deadline,
                                   SocketVisitor& visitor) override;

 private:
  ProcFiles files_;
};

}  // namespace tcp_lifecycle
