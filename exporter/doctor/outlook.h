// When the next connect() to a destination works, in words: what its ports are waiting for. Pure.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "collectors/analysis/ranking.h"
#include "collectors/analysis/thresholds.h"
#include "collectors/base/enum_rows.h"

namespace tcp_lifecycle {

enum class Outlook : uint8_t {
  kOpen,            // ports are left
  kFilling,         // they run out within a minute, if it goes on
  kReuseNow,        // none is left, but a TIME_WAIT can be taken over now
  kFreedByReuse,    // none, until a TIME_WAIT is old enough to be taken over
  kFreedByExpiry,   // none, until a TIME_WAIT ends
  kFreedByClosing,  // none, until a connection closes
  kNoOpenPort,      // none to any destination: every usable port is blocked
  kEnd,
};

// For scripts, indexed by Outlook.
inline constexpr std::array<absl::string_view, kCountOf<Outlook>> kOutlookNames = {
    "open",        "filling", "reuse_now", "freed_by_reuse", "freed_by_expiry", "freed_by_closing",
    "no_open_port"};
static_assert(AreNamed(kOutlookNames));

struct DoctorDestination {
  DestinationReport report;
  Outlook outlook = Outlook::kOpen;
  bool may_lack_timestamps = false;  // the reader does not show which peers send none

  // connect() fails.
  bool exhausted() const { return outlook >= Outlook::kFreedByReuse; }
  // Full enough to think of remedies.
  bool scarce() const { return outlook != Outlook::kOpen || report.utilization.min >= kHalfFull; }
};

DoctorDestination Foresee(const DestinationReport& report, const PortCapacity& capacity);

// "0.7 s", "1 s", "57.2 s"; never "0 s".
std::string WaitText(double seconds);

// A word or two for a table; "" where ports are left.
std::string ShortOutlook(const DoctorDestination& destination);

// A sentence on when the next connect() works; "" where ports are left.
std::string OutlookSentence(const DoctorDestination& destination);

}  // namespace tcp_lifecycle
