// Reads all TCP sockets of one network namespace by NETLINK_SOCK_DIAG dumps. Needs no privilege,
// works on every Linux with inet_diag, and stores no socket.
//
// A pass is a dump of the listeners with their drops, then one of everything else, in which the
// kernel puts bound-inactive sockets first. Both use the legacy request, which returns IPv4 and
// IPv6 in one walk of the kernel's hash; where the kernel refuses it, each is asked for by family
// instead, which costs a walk more, and that is remembered.
#pragma once

#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "collectors/kernel/sock_diag/channel.h"
#include "collectors/kernel/sock_diag/row_sink.h"
#include "collectors/model/reader_names.h"
#include "collectors/model/socket_source.h"

namespace tcp_lifecycle {

class SockDiagSource : public SocketSource {
 public:
  // `kernel_release` as uname gives it: it tells whether the kernel knows bound-inactive sockets.
  SockDiagSource(std::unique_ptr<DiagChannel> channel, absl::string_view kernel_release);

  absl::string_view Name() const override { return kSockDiagReader; }
  absl::StatusOr<PassInfo> ForEach(const SocketQuery& query, const Deadline& deadline,
                                   SocketVisitor& visitor) override;

 private:
  // One dump for both families, else `by_family`, in their order.
  absl::Status DumpAll(const DumpRequest& legacy, std::span<const DumpRequest> by_family,
                       const Deadline& deadline, RowSink& sink);
  absl::Status Dump(const DumpRequest& request, const Deadline& deadline, RowSink& sink);
  // Reads answers up to the one that ends the dump.
  absl::Status ReadAnswers(const DumpRequest& request, uint32_t sequence, const Deadline& deadline,
                           RowSink& sink);

  std::unique_ptr<DiagChannel> channel_;
  bool knows_bound_inactive_;
  bool legacy_works_ = true;
  bool dump_unfinished_ = false;
};

// A source over the kernel, in the calling thread's network namespace. That it opens does not prove
// that the kernel answers.
absl::StatusOr<std::unique_ptr<SocketSource>> OpenSockDiag();

}  // namespace tcp_lifecycle
