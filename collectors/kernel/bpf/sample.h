// Keeps a sample of a stream of sockets, a few of every kind there is among it, and every row of
// the connections that are named before.
#pragma once

#include <array>
#include <cstdint>
#include <random>
#include <span>
#include <tuple>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "collectors/model/connection.h"
#include "collectors/model/port_set.h"
#include "collectors/model/socket_source.h"

namespace tcp_lifecycle {

class SocketSample : public SocketVisitor {
 public:
  static constexpr size_t kOfEachKind = 4;
  static constexpr size_t kOfAll = 100;

  // `seed` chooses which; the rows of a wanted connection are kept whatever it says.
  explicit SocketSample(uint64_t seed) : random_(seed) {}

  void Want(const Connection& connection) {
    wanted_[connection];
    wanted_ports_[connection.local_port] = true;
  }
  void OnSockets(std::span<Socket> sockets) override;

  // The samples of every kind and of all sockets; some are in both.
  std::vector<Socket> Sampled() const;
  // Sockets on the local port of a connection that is wanted.
  uint32_t CountOn(uint16_t port) const;
  // Two or more where several sockets have the same endpoints, or where one moved meanwhile.
  std::span<const Socket> RowsOf(const Connection& connection) const;

 private:
  static constexpr size_t kMostKinds = 64;  // sampled on their own

  struct Kind {
    uint64_t seen = 0;
    std::array<Socket, kOfEachKind> kept;
  };

  // State, family, timer, and the role and the flags by which the walk distinguishes kinds.
  using KindKey = std::tuple<TcpState, Family, Timer, Role, uint16_t>;
  static KindKey KindOf(const Socket& socket);
  // The slot of the `seen`th socket in a fair sample of `size`; `size` or more: none.
  uint64_t SlotOf(uint64_t seen, size_t size);

  std::mt19937_64 random_;
  absl::flat_hash_map<KindKey, Kind> kinds_;
  uint64_t seen_ = 0;
  std::vector<Socket> of_all_;
  absl::flat_hash_map<Connection, std::vector<Socket>> wanted_;
  PortSet wanted_ports_;  // most rows need no look into wanted_
  absl::flat_hash_map<uint16_t, uint32_t> on_wanted_ports_;
};

}  // namespace tcp_lifecycle
