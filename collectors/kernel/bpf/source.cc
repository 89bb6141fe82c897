#include "collectors/kernel/bpf/source.h"

#include <span>
#include <utility>

#include "collectors/kernel/bpf/decode.h"
#include "collectors/kernel/bpf/table_walk.h"

namespace tcp_lifecycle {

absl::StatusOr<PassInfo> BpfSource::ForEach(const SocketQuery& query, const Deadline& deadline,
                                            SocketVisitor& visitor) {
  TcpStateSet dumped = query.states & TcpStateSet{TcpState::kListen, TcpState::kBoundInactive};
  blocked_.reset();
  bound_.clear();
  all_blocked_ = all_bound_ = false;
  if (query.states.Contains(TcpState::kBoundInactive)) {
    if (absl::Status status = WalkPorts(deadline); !status.ok()) return status;
    if (all_bound_) dumped = dumped.Without(TcpState::kBoundInactive);
    if (all_blocked_) visitor.OnBlockedPorts(0, blocked_);
  }
  absl::StatusOr<PassInfo> info = dumps_->ForEach({dumped}, deadline, visitor);
  if (!info.ok()) return info;
  info->knows_unaccepted = true;
  info->knows_port_owners = all_blocked_;
  if (all_bound_) {
    info->knows_bound_inactive = true;
    info->sockets += bound_.size();
    if (!bound_.empty()) visitor.OnSockets(bound_);
  }
  const TcpStateSet connected =
      query.states.Without(TcpState::kListen).Without(TcpState::kBoundInactive);
  if (connected.empty()) return info;
  absl::Status status = WalkConnected(connected, deadline, visitor, *info);
  if (!status.ok()) return status;
  return info;
}

absl::Status BpfSource::WalkPorts(const Deadline& deadline) {
  bool vrf = false;
  const WireControl& control = program_->control();
  const absl::StatusOr<TableWalkCounts> walked =
      WalkTable(*program_, WalkedTable::kPorts, deadline, [&](std::span<const WireRecord> records) {
        for (const WireRecord& record : records) {
          if ((record.flags & kWireBlocked) != 0) {
            blocked_[record.local_port] = true;
            vrf |= record.scope != 0;
            continue;
          }
          Socket socket;
          if (bound_.size() <= kMaxBound &&
              DecodeRecord(record, program_->buffer(), TicksPerSecond(control), socket)) {
            bound_.push_back(socket);
          }
        }
      });
  if (!walked.ok()) return walked.status();
  all_blocked_ = control.buckets != 0 && !vrf;
  all_bound_ = control.buckets != 0 && bound_.size() <= kMaxBound;
  return absl::OkStatus();
}

absl::Status BpfSource::WalkConnected(TcpStateSet states, const Deadline& deadline,
                                      SocketVisitor& visitor, PassInfo& info) {
  size_t count = 0;
  const auto flush = [&] {
    if (count != 0) visitor.OnSockets(std::span(batch_).first(count));
    info.sockets += count;
    count = 0;
  };
  const WireControl& control = program_->control();
  uint32_t ticks = 0;
  const absl::StatusOr<TableWalkCounts> walked = WalkTable(
      *program_, WalkedTable::kConnected, deadline, [&](std::span<const WireRecord> records) {
        if (ticks == 0) ticks = TicksPerSecond(control);
        for (const WireRecord& record : records) {
          Socket& socket = batch_[count];
          if (!DecodeRecord(record, program_->buffer(), ticks, socket)) {
            ++info.unknown_states;
            continue;
          }
          if (states.Contains(socket.state) && ++count == batch_.size()) flush();
        }
      });
  if (!walked.ok()) return walked.status();
  flush();
  info.walk_pieces = walked->pieces;
  info.walk_rewalks = walked->rewalks;
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<SocketSource>> OpenBpf(std::unique_ptr<SocketSource> dumps) {
  absl::StatusOr<std::unique_ptr<WalkProgram>> program = LoadWalkProgram();
  if (!program.ok()) return program.status();
  return std::make_unique<BpfSource>(*std::move(program), std::move(dumps));
}

}  // namespace tcp_lifecycle
