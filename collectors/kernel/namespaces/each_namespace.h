// Reads the sockets of each watched namespace in turn by a source of its own in each: sock_diag and
// procfs tell of one namespace only. The exporter's own comes first, and its source is kept; those
// of others are opened where they are read, for each pass anew, because an open one would keep a
// namespace alive that is gone otherwise.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "collectors/kernel/namespaces/netns_home.h"
#include "collectors/kernel/procfs/proc_files.h"
#include "collectors/model/socket_source.h"

namespace tcp_lifecycle {

class EachNamespaceSource : public SocketSource {
 public:
  // Opens a source in the calling thread's namespace.
  using Opener = std::function<absl::StatusOr<std::unique_ptr<SocketSource>>()>;

  // `own` came from `open`. `thread_files`: of /proc/thread-self. To be made in the exporter's own
  // namespace.
  EachNamespaceSource(std::unique_ptr<SocketSource> own, Opener open, ProcFiles thread_files)
      : own_(std::move(own)), open_(std::move(open)), thread_files_(std::move(thread_files)) {}

  absl::string_view Name() const override { return own_->Name(); }
  bool KnowsScope() const override { return own_->KnowsScope(); }
  absl::StatusOr<PassInfo> ForEach(const SocketQuery& query, const Deadline& deadline,
                                   SocketVisitor& visitor) override;

 private:
  // The states that sockets in the calling thread's namespace can have.
  TcpStateSet Possible() const;
  absl::StatusOr<PassInfo> ReadHere(TcpStateSet states, uint32_t namespace_index,
                                    const Deadline& deadline, SocketVisitor& visitor) const;

  std::unique_ptr<SocketSource> own_;
  Opener open_;
  NetnsHome home_;
  ProcFiles thread_files_;
};

}  // namespace tcp_lifecycle
