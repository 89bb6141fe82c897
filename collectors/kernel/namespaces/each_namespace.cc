#include "collectors/kernel/namespaces/each_namespace.h"

#include <span>

#include "collectors/base/status.h"
#include "collectors/kernel/namespaces/occupancy.h"

namespace tcp_lifecycle {
namespace {

// Hands on everything that a source reports of its one namespace, as that of another.
class OfNamespace final : public SocketVisitor {
 public:
  OfNamespace(uint32_t index, SocketVisitor& visitor) : index_(index), visitor_(visitor) {}

  void OnListeners(std::span<Listener> listeners) override {
    for (Listener& listener : listeners) listener.socket.namespace_index = index_;
    visitor_.OnListeners(listeners);
  }
  void OnSockets(std::span<Socket> sockets) override {
    for (Socket& socket : sockets) socket.namespace_index = index_;
    visitor_.OnSockets(sockets);
  }
  void OnBlockedPorts(uint32_t /*namespace_index*/, const PortSet& ports) override {
    visitor_.OnBlockedPorts(index_, ports);
  }
  void OnOwnRange(const Socket& socket, const PortRange& range) override {
    Socket there = socket;
    there.namespace_index = index_;
    visitor_.OnOwnRange(there, range);
  }
  void OnFailure(uint32_t /*namespace_index*/, const absl::Status& status) override {
    visitor_.OnFailure(index_, status);
  }

 private:
  uint32_t index_;
  SocketVisitor& visitor_;
};

}  // namespace

absl::StatusOr<PassInfo> EachNamespaceSource::ForEach(const SocketQuery& query,
                                                      const Deadline& deadline,
                                                      SocketVisitor& visitor) {
  absl::StatusOr<PassInfo> own =
      own_->ForEach({query.StatesOf(0), query.namespaces}, deadline, visitor);
  if (query.namespaces.size() <= 1) return own;
  if (!own.ok()) visitor.OnFailure(0, own.status());
  PassInfo info = own.value_or(PassInfo());
  for (uint32_t i = 1; i < query.namespaces.size(); ++i) {
    const WatchedNetns& ns = query.namespaces[i];
    absl::StatusOr<PassInfo> of_this = PassInfo();
    const absl::Status visit =
        deadline.Passed()
            ? absl::DeadlineExceededError("not read in time")
            : home_.Visit(ns, [&] { of_this = ReadHere(query.StatesOf(i), i, deadline, visitor); });
    if (!visit.ok()) of_this = visit;
    if (of_this.ok()) {
      info.sockets += of_this->sockets;
      info.unknown_states += of_this->unknown_states;
      info.malformed += of_this->malformed;
      info.knows_bound_inactive |= of_this->knows_bound_inactive;
    } else {
      visitor.OnFailure(i, Prefixed(ns.netns.name, of_this.status()));
    }
  }
  return info;
}

TcpStateSet EachNamespaceSource::Possible() const {
  const absl::StatusOr<std::string> sockstat = thread_files_.Read("net/sockstat");
  if (!sockstat.ok() || StatesPossible(*sockstat, "") == TcpStateSet::All()) {
    return TcpStateSet::All();
  }
  const absl::StatusOr<std::string> sockstat6 = thread_files_.Read("net/sockstat6");
  const bool told = sockstat6.ok() || absl::IsNotFound(sockstat6.status());
  return told ? StatesPossible(*sockstat, sockstat6.value_or("")) : TcpStateSet::All();
}

absl::StatusOr<PassInfo> EachNamespaceSource::ReadHere(TcpStateSet states, uint32_t namespace_index,
                                                       const Deadline& deadline,
                                                       SocketVisitor& visitor) const {
  states = states & Possible();
  if (states.empty()) return PassInfo();
  absl::StatusOr<std::unique_ptr<SocketSource>> source = open_();
  if (!source.ok()) return source.status();
  OfNamespace of_this(namespace_index, visitor);
  return (*source)->ForEach({states}, deadline, of_this);
}

}  // namespace tcp_lifecycle
