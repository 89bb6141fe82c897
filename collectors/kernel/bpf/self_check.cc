#include "collectors/kernel/bpf/self_check.h"

#include <chrono>
#include <optional>

#include "absl/strings/str_cat.h"

namespace tcp_lifecycle {
namespace {

// Allows each reading a tick of the kernel's clock (10 ms at most) where it counts them, and the
// same again where it converts them. Generous, since a wrong field is off by more.
constexpr std::chrono::milliseconds kTolerance(50);

// What the visible timer of a dump says about SO_KEEPALIVE: another timer hides it.
std::optional<bool> KeepaliveByTimer(const Socket& socket) {
  if (socket.state != TcpState::kEstablished && socket.state != TcpState::kCloseWait) {
    return std::nullopt;
  }
  if (socket.timer == Timer::kKeepalive) return true;
  if (socket.timer == Timer::kNone) return false;
  return std::nullopt;
}

bool KeepaliveDiffers(const Socket& walked, const Socket& found) {
  const std::optional<bool> on = KeepaliveByTimer(found);
  return on && (walked.flags & (*on ? kKeepaliveOff : kKeepaliveOn)) != 0;
}

}  // namespace

TimeSpan ExpiryOf(const Socket& socket, const TimeSpan& read) {
  const std::chrono::milliseconds left(socket.remaining_ms);
  return {left.count() == 0 ? TimeSpan::Time::min() : read.from + left - kTolerance,
          read.to + left + kTolerance};
}

CheckedFields Differing(const Socket& walked, const Socket& found) {
  CheckedFields fields;
  const auto set = [&](CheckedField field, bool differs) {
    fields[static_cast<size_t>(field)] = differs;
  };
  set(CheckedField::kState, walked.state != found.state);
  if (fields.any()) return fields;
  set(CheckedField::kTimer, walked.timer != found.timer);
  // For a request socket, sock_diag counts the SYN-ACKs sent again, the walk its time-outs: the
  // former also grow by each SYN that the client sends again.
  set(CheckedField::kRetransmits, walked.timer == found.timer &&
                                      walked.state != TcpState::kSynRecv &&
                                      walked.retransmits != found.retransmits);
  set(CheckedField::kScope, walked.scope != found.scope);
  set(CheckedField::kKeepalive, KeepaliveDiffers(walked, found));
  set(CheckedField::kUnaccepted, ((walked.flags ^ found.flags) & kUnaccepted) != 0);
  return fields;
}

CheckedFields Moved(const Socket& before, const Socket& now) {
  if (before.state != now.state) return CheckedFields().set();
  const bool timer = before.timer != now.timer;
  const unsigned flags = before.flags ^ now.flags;
  CheckedFields fields;
  const auto set = [&](CheckedField field, bool moved) {
    fields[static_cast<size_t>(field)] = moved;
  };
  set(CheckedField::kTimer, timer);
  set(CheckedField::kRemaining, timer);
  set(CheckedField::kRetransmits, timer || before.retransmits != now.retransmits);
  set(CheckedField::kScope, before.scope != now.scope);
  // sock_diag says it by the timer.
  set(CheckedField::kKeepalive, timer || (flags & (kKeepaliveOn | kKeepaliveOff)) != 0);
  set(CheckedField::kUnaccepted, (flags & kUnaccepted) != 0);
  return fields;
}

std::string ValueOf(const Socket& socket, CheckedField field) {
  switch (field) {
    case CheckedField::kState:
      return std::string(Name(socket.state));
    case CheckedField::kTimer:
      return std::string(kTimerNames[static_cast<size_t>(socket.timer)]);
    case CheckedField::kRemaining:
      return absl::StrCat(socket.remaining_ms, " ms");
    case CheckedField::kRetransmits:
      return absl::StrCat(socket.retransmits);
    case CheckedField::kScope:
      return absl::StrCat(socket.scope);
    case CheckedField::kKeepalive:
      if ((socket.flags & (kKeepaliveOn | kKeepaliveOff)) == 0) {
        return absl::StrCat("timer ", ValueOf(socket, CheckedField::kTimer));
      }
      return (socket.flags & kKeepaliveOn) != 0 ? "on" : "off";
    case CheckedField::kUnaccepted:
      return (socket.flags & kUnaccepted) != 0 ? "yes" : "no";
    default:
      return std::string(Name(socket.state));
  }
}

}  // namespace tcp_lifecycle
