// The seam to the kernel's sockets: sock_diag, /proc/net/tcp, a recording and the BPF walk are
// interchangeable behind it. The pass calls it once a scrape, from one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "collectors/base/deadline.h"
#include "collectors/model/netns.h"
#include "collectors/model/port_set.h"
#include "collectors/model/reader_account.h"
#include "collectors/model/socket.h"
#include "collectors/model/tcp_state.h"

namespace tcp_lifecycle {

struct SocketQuery {
  TcpStateSet states = TcpStateSet::All();
  // By Socket::namespace_index. Empty, and for a source that knows one only: that of the calling
  // thread, or of the recording.
  std::span<const WatchedNetns> namespaces = {};
  // One set for each namespace, in place of `states`; empty: `states` holds for all.
  std::span<const TcpStateSet> states_of_each = {};
  // At most so many TCP sockets of all these namespaces together are bound without being connected
  // or listening; nullopt where nobody counted.
  std::optional<uint64_t> most_bound_inactive = std::nullopt;

  TcpStateSet StatesOf(size_t namespace_index) const {
    return states_of_each.empty() ? states : states_of_each[namespace_index];
  }
};

// Takes the stream; one that overrides nothing lets it pass. A batch is the source's own buffer:
// the receiver may fill in Socket::role, and keeps nothing of it after it returns.
class SocketVisitor {
 public:
  virtual ~SocketVisitor() = default;
  virtual void OnListeners(std::span<Listener> /*listeners*/) {}
  virtual void OnSockets(std::span<Socket> /*sockets*/) {}  // never in state kListen
  // By a source that sees the kernel's own mark of each port: all that no autobinding connect() of
  // the namespace takes, whatever its destination. All others are held by autobound sockets alone.
  // Such a source puts kNeverReused, and on kernels without tcp_tw_reuse_delay kReusedNextSecond,
  // on each socket that it is true of.
  virtual void OnBlockedPorts(uint32_t /*namespace_index*/, const PortSet& /*ports*/) {}
  // By a source that can read it: a connected socket, part of the stream as well, whose connect()
  // chose its port from a range of its own (IP_LOCAL_PORT_RANGE). A bound of 0 is that of the
  // namespace.
  virtual void OnOwnRange(const Socket& /*socket*/, const PortRange& /*range*/) {}
  // What is told of this namespace is not whole; that of others is.
  virtual void OnFailure(uint32_t /*namespace_index*/, const absl::Status& /*status*/) {}
};

// What a finished pass tells about itself.
struct PassInfo {
  uint64_t sockets = 0;  // rows delivered, listeners included
  // Counted and not delivered: rows in a state this program has no name for, and such as could not
  // be read. A row whose attributes make no sense is delivered without them, and counted too.
  uint64_t unknown_states = 0;
  uint64_t malformed = 0;
  // BPF readers only: runs for pieces of the table, and runs for what had moved meanwhile.
  uint64_t walk_pieces = 0;
  uint64_t walk_rewalks = 0;
  bool knows_bound_inactive = false;  // false: their absence proves nothing
  bool knows_unaccepted = false;
};

class SocketSource {
 public:
  virtual ~SocketSource() = default;

  // One of kReaderNames.
  virtual absl::string_view Name() const = 0;

  // Whether it fills in Socket::scope. Where it does not, two rows can look like one connection.
  virtual bool KnowsScope() const { return true; }
  virtual ReaderAccount Account() const { return {}; }

  // For each namespace: blocked ports, listeners, bound-inactive, then the rest, so that what
  // blocks a port and the listeners are known before the first connected row. DeadlineExceeded when
  // the deadline cut it, DataLoss when the kernel did or when its bytes make no sense; what was
  // delivered until then is not a whole pass. Such an error is one of all namespaces.
  virtual absl::StatusOr<PassInfo> ForEach(const SocketQuery& query, const Deadline& deadline,
                                           SocketVisitor& visitor) = 0;
};

}  // namespace tcp_lifecycle
