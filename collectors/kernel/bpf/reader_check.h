// Checks a reader of sockets against sock_diag: asks it for a sample of the sockets that the reader
// has, and the reader for some that a dump lists, and compares them field by field. Which ports are
// held by more than connect(), a dump does not say; of a listener's port it is known.
//
// Sockets change while they are compared, so a first difference is only a suspicion. Each suspect
// is then read several times more by both readers, in turn. A field that any of these readings
// shows to move, or in which the readers ever agree, is dropped, as is a socket that sock_diag
// knows by another cookie: only what is stable and differs in every reading remains. A
// socket that changes all the time is thus never reported, and neither is a reader that is wrong
// about such sockets alone.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "collectors/base/deadline.h"
#include "collectors/kernel/bpf/self_check.h"
#include "collectors/kernel/sock_diag/lookup.h"
#include "collectors/model/socket_source.h"

namespace tcp_lifecycle {

// Time, for tests to replace.
struct CheckClock {
  std::function<Deadline::Clock::time_point()> now = &Deadline::Clock::now;
  std::function<void(std::chrono::milliseconds)> pause;

  static CheckClock Real();
};

struct Disagreement {
  CheckedField field = CheckedField::kMissing;
  std::string socket;             // 10.0.0.1:40000 -> 10.0.0.2:80, or port 80
  std::string reader, sock_diag;  // what each says
};

struct ReaderCheck {
  size_t compared = 0;  // sockets
  size_t moving = 0;    // of them: differed at first, and turned out to change
  std::vector<Disagreement> disagreements;
};

// In the calling thread's network namespace. DeadlineExceeded where there was not enough time, and
// the errors of both readers; nothing is known then.
absl::StatusOr<ReaderCheck> CheckReader(SocketSource& reader, SocketLookup& lookup, uint64_t seed,
                                        const Deadline& deadline, const CheckClock& clock);

}  // namespace tcp_lifecycle
