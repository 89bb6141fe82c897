// Reads the TCP sockets of a network namespace by a BPF program that walks the kernel's hashes
// itself (walk.bpf.c): several times cheaper than a dump, and it sees what no dump tells. Listeners
// are in another hash, whose dump is cheap: another source is asked for them first.
//
// Bound-inactive sockets: not those behind more than WIRE_OWNERS connections of the same port and
// address. Where the kernel's lists are others (before Linux 6.9), or where there are very many,
// the other source is asked.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "collectors/kernel/bpf/walk_program.h"
#include "collectors/model/socket_source.h"

namespace tcp_lifecycle {

class BpfSource : public SocketSource {
 public:
  BpfSource(std::unique_ptr<WalkProgram> program, std::unique_ptr<SocketSource> dumps)
      : program_(std::move(program)), dumps_(std::move(dumps)) {}

  absl::string_view Name() const override { return "bpf"; }
  // Of the calling thread's network namespace.
  absl::StatusOr<PassInfo> ForEach(const SocketQuery& query, const Deadline& deadline,
                                   SocketVisitor& visitor) override;

 private:
  static constexpr size_t kMaxBound = 4096;  // bounds the memory

  absl::Status WalkPorts(const Deadline& deadline);
  absl::Status WalkConnected(TcpStateSet states, const Deadline& deadline, SocketVisitor& visitor,
                             PassInfo& info);

  std::unique_ptr<WalkProgram> program_;
  std::unique_ptr<SocketSource> dumps_;
  // What WalkPorts() found, and whether that is all: of the blocked ports only where no VRF has a
  // table of its own.
  PortSet blocked_;
  bool all_blocked_ = false;
  std::vector<Socket> bound_;
  bool all_bound_ = false;
  std::array<Socket, 256> batch_;
};

// `dumps`: the source of the listeners.
absl::StatusOr<std::unique_ptr<SocketSource>> OpenBpf(std::unique_ptr<SocketSource> dumps);

}  // namespace tcp_lifecycle
