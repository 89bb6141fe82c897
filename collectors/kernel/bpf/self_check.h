// Whether two readings of one socket agree, field by field. Pure.
//
// The readings are not simultaneous: each has the span of time in which it was made, so that when a
// timer fires can be compared although the time left cannot.
#pragma once

#include <algorithm>
#include <bitset>
#include <string>

#include "collectors/base/deadline.h"
#include "collectors/model/reader_account.h"
#include "collectors/model/socket.h"

namespace tcp_lifecycle {

using CheckedFields = std::bitset<kCheckedFieldCount>;

struct TimeSpan {
  using Time = Deadline::Clock::time_point;
  Time from = Time::max(), to = Time::min();  // empty

  bool Meets(const TimeSpan& other) const { return from <= other.to && other.from <= to; }
  void Include(const TimeSpan& other) {
    from = std::min(from, other.from);
    to = std::max(to, other.to);
  }
};

// When the visible timer of a socket fires that was read in the span `read`. A timer that is due
// has 0 ms left however long it has been due.
TimeSpan ExpiryOf(const Socket& socket, const TimeSpan& read);

// The fields in which `walked` differs from what sock_diag says, kRemaining excepted. Other fields
// mean nothing where the state differs, nor the count of retransmissions where the timer does.
CheckedFields Differing(const Socket& walked, const Socket& found);

// The fields that changed between two readings of a socket by the same reader; all of them where
// its state did. kRemaining where another timer runs.
CheckedFields Moved(const Socket& before, const Socket& now);

// The value of a field, for a log line.
std::string ValueOf(const Socket& socket, CheckedField field);

}  // namespace tcp_lifecycle
