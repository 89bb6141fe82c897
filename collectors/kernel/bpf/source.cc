#include "collectors/kernel/bpf/source.h"

#include <algorithm>
#include <span>
#include <utility>

#include "collectors/kernel/bpf/decode.h"
#include "collectors/kernel/bpf/table_walk.h"

namespace tcp_lifecycle {

absl::StatusOr<PassInfo> BpfSource::ForEach(const SocketQuery& query, const Deadline& deadline,
                                            SocketVisitor& visitor) {
  TcpStateSet dumped = query.states & TcpStateSet{TcpState::kListen, TcpState::kBoundInactive};
  if (absl::Status status = FindTables(query.namespaces, visitor); !status.ok()) return status;
  blocked_.assign(std::max<size_t>(query.namespaces.size(), 1), PortSet());
  bound_.clear();
  all_blocked_ = all_bound_ = false;
  if (query.states.Contains(TcpState::kBoundInactive)) {
    if (absl::Status status = WalkPorts(deadline); !status.ok()) return status;
    if (all_bound_) dumped = dumped.Without(TcpState::kBoundInactive);
    for (uint32_t i = 0; all_blocked_ && i < blocked_.size(); ++i) {
      visitor.OnBlockedPorts(i, blocked_[i]);
    }
  }
  absl::StatusOr<PassInfo> info = dumps_->ForEach({dumped, query.namespaces}, deadline, visitor);
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
  for (const Table& table : tables_) {
    absl::Status walked;
    const auto walk = [&] { walked = WalkConnected(connected, deadline, visitor, *info); };
    const uint32_t first = table.namespaces.front();
    if (first == 0) {
      walk();
      if (!walked.ok()) return walked;
      continue;
    }
    walked.Update(home_.Visit(query.namespaces[first], walk));
    if (walked.ok()) continue;
    for (const uint32_t i : table.namespaces) visitor.OnFailure(i, walked);
  }
  return info;
}

absl::Status BpfSource::FindTables(std::span<const WatchedNetns> namespaces,
                                   SocketVisitor& visitor) {
  watched_ = {};
  tables_.assign(1, {0, {0}});
  walked_netns_ = namespaces.size() > 1 ? WalkedNetns::kEvery : WalkedNetns::kOwn;
  if (walked_netns_ == WalkedNetns::kOwn) return absl::OkStatus();
  const WireControl& control = program_->control();
  for (uint32_t i = 0; i < namespaces.size(); ++i) {
    absl::Status status;
    const auto look = [&] { status = program_->Run(WalkedTable::kConnected, walked_netns_, 0, 0); };
    if (i == 0) {
      look();
      if (!status.ok()) return status;
      tables_.front().id = control.table;
    } else {
      status.Update(home_.Visit(namespaces[i], look));
      if (!status.ok()) {
        visitor.OnFailure(i, status);
        continue;
      }
      const auto table = std::find_if(tables_.begin(), tables_.end(), [&](const Table& known) {
        return known.id == control.table;
      });
      if (table == tables_.end()) {
        tables_.push_back({control.table, {i}});
      } else {
        table->namespaces.push_back(i);
      }
    }
    watched_.Add(control.netns, i);
  }
  return absl::OkStatus();
}

absl::Status BpfSource::WalkPorts(const Deadline& deadline) {
  bool vrf = false;
  const WireControl& control = program_->control();
  const absl::StatusOr<TableWalkCounts> walked =
      WalkTable(*program_, WalkedTable::kPorts, walked_netns_, deadline,
                [&](std::span<const WireRecord> records) {
                  for (const WireRecord& record : records) {
                    const std::optional<uint32_t> index = IndexOf(record);
                    if (!index) continue;
                    if ((record.flags & kWireBlocked) != 0) {
                      blocked_[*index][record.local_port] = true;
                      vrf |= record.scope != 0;
                      continue;
                    }
                    Socket socket;
                    if (bound_.size() <= kMaxBound &&
                        DecodeRecord(record, program_->buffer(), TicksPerSecond(control), socket)) {
                      socket.namespace_index = *index;
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
  const absl::StatusOr<TableWalkCounts> walked =
      WalkTable(*program_, WalkedTable::kConnected, walked_netns_, deadline,
                [&](std::span<const WireRecord> records) {
                  if (ticks == 0) ticks = TicksPerSecond(control);
                  for (const WireRecord& record : records) {
                    const std::optional<uint32_t> index = IndexOf(record);
                    if (!index) continue;
                    Socket& socket = batch_[count];
                    if (!DecodeRecord(record, program_->buffer(), ticks, socket)) {
                      ++info.unknown_states;
                      continue;
                    }
                    socket.namespace_index = *index;
                    if (states.Contains(socket.state) && ++count == batch_.size()) flush();
                  }
                });
  if (!walked.ok()) return walked.status();
  flush();
  info.walk_pieces += walked->pieces;
  info.walk_rewalks += walked->rewalks;
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<SocketSource>> OpenBpf(std::unique_ptr<SocketSource> dumps,
                                                      NetnsHome home) {
  absl::StatusOr<std::unique_ptr<WalkProgram>> program = LoadWalkProgram();
  if (!program.ok()) return program.status();
  return std::make_unique<BpfSource>(*std::move(program), std::move(dumps), std::move(home));
}

}  // namespace tcp_lifecycle
