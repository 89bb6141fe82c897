// Reads the TCP sockets of network namespaces by a BPF program that walks the kernel's hashes
// itself (walk.bpf.c, probe_walk.bpf.c): cheaper than a dump, and it reads fields that a dump
// lacks. Listeners are in another hash, whose dump is cheap: another source is asked for them
// first.
//
// Namespaces share the hash of connected sockets, and one walk serves all that do; one that has its
// own (tcp_child_ehash_entries) is walked apart. The hash of ports is one for all.
//
// Bound-inactive sockets: not those behind more than WIRE_OWNERS connections of the same port and,
// from Linux 6.8 on, address. Where there are very many, the other source is asked.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "collectors/kernel/bpf/timed_walk.h"
#include "collectors/kernel/bpf/walk_program.h"
#include "collectors/kernel/bpf/watched.h"
#include "collectors/kernel/namespaces/netns_home.h"
#include "collectors/model/socket_source.h"

namespace tcp_lifecycle {

class BpfSource : public SocketSource {
 public:
  // To be made in the exporter's own namespace. `name`: kBpfReader or kBpfProbeReader.
  BpfSource(absl::string_view name, std::unique_ptr<WalkProgram> program,
            std::unique_ptr<SocketSource> dumps)
      : name_(name),
        program_(std::make_unique<TimedWalk>(std::move(program))),
        dumps_(std::move(dumps)) {}

  absl::string_view Name() const override { return name_; }
  ReaderAccount Account() const override { return {.bpf_seconds = program_->seconds()}; }
  absl::StatusOr<PassInfo> ForEach(const SocketQuery& query, const Deadline& deadline,
                                   SocketVisitor& visitor) override;

 private:
  // Bound-inactive sockets of a namespace and of all: of one with more the other source is asked.
  static constexpr size_t kMaxBound = 4096;
  static constexpr size_t kMaxBoundOfAll = 4 * kMaxBound;

  // What WalkPorts() found of a namespace.
  struct Ports {
    PortSet blocked;
    bool all_blocked = true;    // a VRF with a table of its own has others
    std::vector<Socket> bound;  // none unless all_bound
    bool all_bound = true;
  };
  // A hash of connected sockets, by WireControl::table, and those that use it.
  struct Table {
    uint64_t id;
    std::vector<uint32_t> namespaces;
  };

  // Sets watched_ and tables_; a namespace that cannot be entered fails, and is in neither.
  absl::Status FindTables(std::span<const WatchedNetns> namespaces, const Deadline& deadline,
                          SocketVisitor& visitor);
  // Sets ports_.
  absl::Status WalkPorts(const Deadline& deadline);
  void KeepBound(Ports& ports, const Socket& socket);
  absl::Status WalkConnected(TcpStateSet states, const Deadline& deadline, SocketVisitor& visitor,
                             PassInfo& info);
  // By its port, for kernels that do not mark the socket itself (CONNECT_BIND).
  bool IsAutobound(const Socket& socket) const;
  // Socket::namespace_index; nullopt where its namespace is not watched.
  std::optional<uint32_t> IndexOf(const WireRecord& record) {
    return walked_netns_ == WalkedNetns::kOwn ? 0 : watched_.IndexOf(record);
  }

  absl::string_view name_;
  std::unique_ptr<TimedWalk> program_;
  std::unique_ptr<SocketSource> dumps_;
  NetnsHome home_;
  WatchedInodes watched_;
  std::vector<Table> tables_;  // the own one first
  WalkedNetns walked_netns_ = WalkedNetns::kOwn;
  std::vector<Ports> ports_;  // by Socket::namespace_index
  bool knows_ports_ = false;  // ports_ is of this pass
  size_t bound_ = 0;          // kept, of all
  std::array<Socket, 256> batch_;
};

// `dumps`: the source of the listeners.
absl::StatusOr<std::unique_ptr<SocketSource>> OpenBpf(WalkKind kind,
                                                      std::unique_ptr<SocketSource> dumps);

}  // namespace tcp_lifecycle
