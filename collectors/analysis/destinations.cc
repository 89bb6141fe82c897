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
  const bool never =
      port == PortKind::kBlocked || port == PortKind::kBound || (socket.flags & kNeverReused) != 0;
  use.never_reused += never ? 1 : 0;
  if (port == PortKind::kBlocked) return;  // holds no port that was open, nor frees one
  const bool applies =
      !never && rule.Applies(socket.local_address, socket.remote_address, socket.scope);
  const bool next_second = (socket.flags & kReusedNextSecond) != 0;
  const uint32_t free_ms = rule.MsUntilFree(applies, socket.remaining_ms, next_second);
  const uint32_t age_ms = kTimeWaitMs - std::min(socket.remaining_ms, kTimeWaitMs);
  auto& by_age = applies ? use.taken_over_by_age : use.kept_by_age;
  ++by_age[std::min<size_t>(age_ms / 1000, CountByAge::kSeconds - 1)];
  use.bound_time_wait += port == PortKind::kBound ? 1 : 0;
  if (applies && free_ms == 0) {
    ++use.reusable;
  } else if (free_ms < use.first_free_ms) {
    use.first_free_ms = free_ms;
    use.first_is_reused = applies;
  }
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
  use.on_blocked += port == PortKind::kBlocked || port == PortKind::kBound ? 1 : 0;
}

const DestinationUse* Destinations::SharedWith(const DestinationKey& key) const {
  if (key.scope == 0) return nullptr;
  DestinationKey unbound = key;
  unbound.scope = 0;
  return table_.Find(unbound);
}

}  // namespace tcp_lifecycle
