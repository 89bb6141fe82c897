// Between the dumps of one pass and its visitor: decodes rows into batches, hands full ones on and
// counts. Lives for one pass; nothing is allocated for a row.
#pragma once

#include <array>
#include <cstddef>
#include <span>

#include "collectors/kernel/sock_diag/decode_message.h"
#include "collectors/model/socket_source.h"

namespace tcp_lifecycle {

class RowSink {
 public:
  explicit RowSink(SocketVisitor& visitor) : visitor_(visitor) {}

  // A row of a dump that asked for `states`; rows in other states are left out.
  void OnListener(std::span<const std::byte> row);
  void OnSocket(std::span<const std::byte> row, TcpStateSet states);
  // To be called at the end of each dump.
  void Flush();

  // Rows taken so far, those of the unfinished batches included.
  uint64_t rows() const { return info_.sockets + listener_count_ + socket_count_; }
  bool saw_bound_inactive() const { return saw_bound_inactive_; }
  const PassInfo& info() const { return info_; }

 private:
  // True when there is a row to deliver.
  bool Count(RowResult result);

  SocketVisitor& visitor_;
  PassInfo info_;
  bool saw_bound_inactive_ = false;
  size_t listener_count_ = 0;
  size_t socket_count_ = 0;
  std::array<Listener, 32> listeners_;
  std::array<Socket, 256> sockets_;
};

}  // namespace tcp_lifecycle
