#include "collectors/analysis/destinations.h"

#include <algorithm>

namespace tcp_lifecycle {
namespace {

bool BelongsToDestination(const Socket& socket, PortKind port) {
  if (socket.state == TcpState::kBoundInactive) return false;
  const bool misjudged = port == PortKind::kAutobound && (socket.flags & kByClosedListener) != 0;
  if (socket.role == Role::kInbound && !misjudged) return false;
  if (port != PortKind::kOther) return true;
  return socket.role == Role::kOutbound &&
         (socket.state == TcpState::kSynSent || socket.state == TcpState::kCloseWait);
}

void AddTimeWait(const Socket& socket, PortKind port, const ReuseRule& rule, DestinationUse& use) {
  ++use.time_wait;
  use.young += socket.remaining_ms > kTimeWaitMs - DestinationUse::kYoungMs ? 1 : 0;
  if (port == PortKind::kBlocked) return;  // will not be taken over, nor help when it expires
  const bool applies = (socket.flags & kNeverReused) == 0 &&
                       rule.Applies(socket.local_address, socket.remote_address, socket.scope);
  const bool next_second = (socket.flags & kReusedNextSecond) != 0;
  const uint32_t free_ms = rule.MsUntilFree(applies, socket.remaining_ms, next_second);
  if (applies && free_ms == 0) {
    ++use.reusable;
    return;
  }
  use.first_free_ms = std::min(use.first_free_ms, free_ms);
  const uint32_t second = (std::max(free_ms, 1u) - 1) / 1000;
  ++use.freed_by_second[std::min<size_t>(second, use.freed_by_second.size() - 1)];
}

}  // namespace

void Destinations::Add(const Socket& socket, PortKind port, const ReuseRule& rule) {
  if (!BelongsToDestination(socket, port)) return;
  const DestinationKey key = {socket.local_address, socket.remote_address, socket.remote_port,
                              socket.namespace_index, socket.scope};
  if (repeats_ && port != PortKind::kOther && repeats_->Seen(key, socket.local_port)) {
    port = PortKind::kOther;  // counted already
    if (!BelongsToDestination(socket, port)) return;
  }
  DestinationUse& use = table_.Count(key);
  switch (socket.state) {
    case TcpState::kTimeWait:
      AddTimeWait(socket, port, rule, use);  // never kOther
      break;
    case TcpState::kSynSent:
      ++use.syn_sent;
      use.syn_sent_retransmitting += socket.retransmits > 0 ? 1 : 0;
      break;
    case TcpState::kCloseWait:
      ++use.close_wait;
      break;
    case TcpState::kFinWait2:
      if (socket.timer == Timer::kFinWait2 && rule.MayReuseFinWait2() &&
          (port == PortKind::kOpen || port == PortKind::kAutobound) &&
          rule.Applies(socket.local_address, socket.remote_address, socket.scope)) {
        ++use.perhaps_reusable;
      }
      break;
    default:
      break;
  }
  use.used += port != PortKind::kOther ? 1 : 0;
  use.on_blocked += port == PortKind::kBlocked ? 1 : 0;
}

const DestinationUse* Destinations::SharedWith(const DestinationKey& key) const {
  if (key.scope == 0) return nullptr;
  DestinationKey unbound = key;
  unbound.scope = 0;
  return table_.Find(unbound);
}

}  // namespace tcp_lifecycle
