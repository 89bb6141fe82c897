#include "collectors/kernel/sock_diag/row_sink.h"

namespace tcp_lifecycle {

bool RowSink::Count(RowResult result) {
  if (result == RowResult::kUnknownState) {
    ++info_.unknown_states;
    return false;
  }
  if (result != RowResult::kWhole) ++info_.malformed;
  return result != RowResult::kMalformed;
}

void RowSink::OnListener(std::span<const std::byte> row) {
  Listener& slot = listeners_[listener_count_];
  if (!Count(DecodeListener(row, slot)) || slot.socket.state != TcpState::kListen) return;
  if (++listener_count_ == listeners_.size()) Flush();
}

void RowSink::OnSocket(std::span<const std::byte> row, TcpStateSet states) {
  Socket& slot = sockets_[socket_count_];
  if (!Count(DecodeSocket(row, slot)) || !states.Contains(slot.state)) return;
  saw_bound_inactive_ |= slot.state == TcpState::kBoundInactive;
  if (++socket_count_ == sockets_.size()) Flush();
}

void RowSink::Flush() {
  info_.sockets += listener_count_ + socket_count_;
  if (listener_count_ != 0) visitor_.OnListeners(std::span(listeners_).first(listener_count_));
  if (socket_count_ != 0) visitor_.OnSockets(std::span(sockets_).first(socket_count_));
  listener_count_ = socket_count_ = 0;
}

}  // namespace tcp_lifecycle
