#include "collectors/kernel/bpf/bpf_source.h"

#include <algorithm>
#include <span>
#include <utility>

#include "collectors/kernel/bpf/decode_record.h"
#include "collectors/kernel/bpf/table_walk.h"
#include "collectors/model/reader_names.h"

namespace tcp_lifecycle {

absl::StatusOr<PassInfo> BpfSource::ForEach(const SocketQuery& query, const Deadline& deadline,
                                            SocketVisitor& visitor) {
  if (absl::Status status = FindTables(query.namespaces, deadline, visitor); !status.ok())
    return status;
  ports_.assign(std::max<size_t>(query.namespaces.size(), 1), Ports());
  bound_ = 0;
  knows_ports_ = query.states.Contains(TcpState::kBoundInactive);
  if (knows_ports_) {
    program_->SetMostBound(static_cast<uint32_t>(
        std::min<uint64_t>(query.most_bound_inactive.value_or(UINT32_MAX), UINT32_MAX)));
    if (absl::Status status = WalkPorts(deadline); absl::IsDataLoss(status)) {
      // A bucket that one run cannot read: what a dump knows remains.
      for (Ports& ports : ports_) {
        ports = Ports();
        ports.all_blocked = ports.all_bound = false;
      }
      bound_ = 0;
    } else if (!status.ok()) {
      return status;
    }
  }
  const TcpStateSet unwalked =
      query.states & TcpStateSet{TcpState::kListen, TcpState::kBoundInactive};
  std::vector<TcpStateSet> dumped(ports_.size(), unwalked);
  for (uint32_t i = 0; knows_ports_ && i < ports_.size(); ++i) {
    if (ports_[i].all_blocked) visitor.OnBlockedPorts(i, ports_[i].blocked);
    if (ports_[i].all_bound) dumped[i] = unwalked.Without(TcpState::kBoundInactive);
  }
  absl::StatusOr<PassInfo> info =
      dumps_->ForEach({unwalked, query.namespaces, dumped}, deadline, visitor);
  if (!info.ok()) return info;
  info->knows_unaccepted = true;
  bool all_bound = knows_ports_;
  for (Ports& ports : ports_) {
    all_bound &= ports.all_bound;
    info->sockets += ports.bound.size();
    if (!ports.bound.empty()) visitor.OnSockets(ports.bound);
  }
  info->knows_bound_inactive |= all_bound;
  const TcpStateSet connected =
      query.states.Without(TcpState::kListen).Without(TcpState::kBoundInactive);
  if (connected.empty()) return info;
  for (const Table& table : tables_) {
    absl::Status walked;
    const auto walk = [&] { walked = WalkConnected(connected, deadline, visitor, *info); };
    const uint32_t first = table.namespaces.front();
    if (first == 0) {
      walk();
    } else {
      walked.Update(home_.Visit(query.namespaces[first], walk));
    }
    if (walked.ok()) continue;
    if (ports_.size() == 1) return walked;
    for (const uint32_t i : table.namespaces) visitor.OnFailure(i, walked);
  }
  return info;
}

absl::Status BpfSource::FindTables(std::span<const WatchedNetns> namespaces,
                                   const Deadline& deadline, SocketVisitor& visitor) {
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
      status.Update(deadline.Passed() ? absl::DeadlineExceededError("not entered in time")
                                      : home_.Visit(namespaces[i], look));
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

void BpfSource::KeepBound(Ports& ports, const Socket& socket) {
  if (!ports.all_bound) return;
  if (ports.bound.size() < kMaxBound && bound_ < kMaxBoundOfAll) {
    ports.bound.push_back(socket);
    ++bound_;
    return;
  }
  ports.all_bound = false;
  bound_ -= ports.bound.size();
  ports.bound = {};
}

absl::Status BpfSource::WalkPorts(const Deadline& deadline) {
  const WireControl& control = program_->control();
  uint32_t ticks = 0;
  const absl::StatusOr<TableWalkCounts> walked =
      WalkTable(*program_, WalkedTable::kPorts, walked_netns_, deadline,
                [&](std::span<const WireRecord> records) {
                  if (ticks == 0) ticks = TicksPerSecond(control);
                  for (const WireRecord& record : records) {
                    const std::optional<uint32_t> index = IndexOf(record);
                    if (!index) continue;
                    Ports& ports = ports_[*index];
                    if ((record.flags & kWireBlocked) != 0) {
                      ports.blocked[record.local_port] = true;
                      ports.all_blocked &= record.scope == 0;
                    } else if (Socket socket;
                               DecodeRecord(record, program_->buffer(), ticks, *index, socket)) {
                      KeepBound(ports, socket);
                    }
                  }
                });
  return walked.status();
}

bool BpfSource::IsAutobound(const Socket& socket) const {
  if (!knows_ports_ || socket.state == TcpState::kSynRecv) return false;
  const Ports& ports = ports_[socket.namespace_index];
  return ports.all_blocked && !ports.blocked[socket.local_port];
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
                    if (!DecodeRecord(record, program_->buffer(), ticks, *index, socket)) {
                      ++info.unknown_states;
                      continue;
                    }
                    if (socket.role == Role::kUnknown && IsAutobound(socket)) {
                      socket.role = Role::kOutbound;
                    }
                    if (!states.Contains(socket.state)) continue;
                    if ((record.family & kWireOwnRange) != 0) {
                      // An accepted child has the range of its listener and no use for it.
                      if (socket.role == Role::kOutbound) {
                        visitor.OnOwnRange(socket, OwnRangeOf(record));
                      }
                    } else if (++count == batch_.size()) {
                      flush();
                    }
                  }
                });
  if (!walked.ok()) return walked.status();
  flush();
  info.walk_pieces += walked->pieces;
  info.walk_rewalks += walked->rewalks;
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<SocketSource>> OpenBpf(WalkKind kind,
                                                      std::unique_ptr<SocketSource> dumps) {
  absl::StatusOr<std::unique_ptr<WalkProgram>> program = LoadWalkProgram(kind);
  if (!program.ok()) return program.status();
  // What may be loaded may not always be run: seccomp sees the calls one by one.
  for (const WalkedTable table : {WalkedTable::kConnected, WalkedTable::kPorts}) {
    const absl::Status status = (*program)->Run(table, WalkedNetns::kOwn, 0, 0);
    if (!status.ok()) return status;
  }
  return std::make_unique<BpfSource>(kind == WalkKind::kCast ? kBpfReader : kBpfProbeReader,
                                     *std::move(program), std::move(dumps));
}

}  // namespace tcp_lifecycle
