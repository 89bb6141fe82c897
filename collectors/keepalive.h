// What the sockets' timers wait for, and who would notice a dead peer. A socket shows one timer at
// a time, so whether SO_KEEPALIVE is set is unknown while it retransmits or probes a zero window,
// unless the source sees the option itself.
//
// Timers are counted over the rows of `ss -tano`: every state, LISTEN (timer none) and TIME_WAIT
// included, but bound-inactive sockets, which have no timer and which `ss` leaves out.
#pragma once

#include <array>
#include <cstdint>
#include <memory>

#include "collectors/analysis/seconds_histogram.h"
#include "collectors/collector.h"

namespace tcp_lifecycle {

enum class Keepalive : uint8_t { kOn, kOff, kUnknown };
inline constexpr size_t kKeepaliveCount = 3;

// Label values, indexed by Keepalive.
inline constexpr std::array<absl::string_view, kKeepaliveCount> kKeepaliveNames = {"on", "off",
                                                                                   "unknown"};

// Label values for unanswered probes, indexed by their number less one.
inline constexpr std::array<absl::string_view, 3> kUnansweredProbesNames = {"1", "2", "3+"};

using KeepaliveHistogram = SecondsHistogram<1, 15, 60, 300, 600, 1800, 3600, 7200>;

struct KeepaliveReport {
  std::array<uint64_t, kTimerCount> timers{};  // by Timer
  // By Keepalive. This and what follows: ESTABLISHED and CLOSE_WAIT only, because the timer of an
  // orphan in FIN_WAIT2 looks like a keepalive timer and is none.
  std::array<uint64_t, kKeepaliveCount> sockets{};
  KeepaliveHistogram remaining;  // until the next probe
  std::array<uint64_t, kUnansweredProbesNames.size()> unanswered{};
};

class KeepaliveCollector final : public Collector {
 public:
  using Report = KeepaliveReport;
  absl::string_view Name() const override { return "keepalive"; }
  std::span<const FamilyDescriptor> Families() const override;
  TcpStateSet States() const override {
    return TcpStateSet::All().Without(TcpState::kBoundInactive);
  }
  std::unique_ptr<Accumulator> Begin(const Snapshot& snapshot) const override;
  absl::Status Describe(const Snapshot& snapshot, FamilySet& out) const override;
};

}  // namespace tcp_lifecycle
