#include "collectors/analysis/ranking.h"

#include <algorithm>
#include <array>
#include <tuple>

#include "absl/container/flat_hash_set.h"
#include "collectors/analysis/forecast.h"
#include "collectors/analysis/thresholds.h"

namespace tcp_lifecycle {
namespace {

// `unbound`: Destinations::SharedWith(). The report describes the one that holds more ports.
DestinationReport Judge(const DestinationKey& key, const DestinationUse& own,
                        const DestinationUse* unbound, const PortCapacity& capacity,
                        const ReuseRule& rule, const Admission& admission) {
  const bool by_unbound = unbound != nullptr && unbound->held() > own.held();
  const DestinationUse& use = by_unbound ? *unbound : own;
  const DestinationUse* less = by_unbound ? &own : unbound;
  DestinationReport report;
  report.source = key.source;
  report.address = key.address;
  report.port = key.port;
  report.scope = key.scope;
  report.used = use.used;
  report.on_blocked = use.on_blocked;
  report.time_wait = use.time_wait;
  report.never_reused = use.never_reused;
  report.headroom = HeadroomOf(use, capacity, less);
  report.utilization = UtilizationOf(report.headroom, capacity);
  report.occupancy = capacity.open() == 0 ? 1 : static_cast<double>(use.used) / capacity.open();
  report.connections_per_second = ConnectionsPerSecond(use);
  if (rule.known()) {
    report.reusable = use.reusable;
    const double delay_seconds = rule.delay_ms() / 1000.0;
    report.hold_seconds = HoldSeconds(use, delay_seconds);
    report.ports_open = capacity.open() + use.bound_time_wait;
    // An upper bound, to spare most destinations the search for a rate.
    if (use.time_wait / kLastingSeconds * report.hold_seconds > report.ports_open) {
      const double needed = LastingRate(use) * report.hold_seconds;
      report.ports_needed = needed > report.ports_open ? needed : 0;
    }
    report.seconds_to_exhaustion = SecondsToExhaustion(use, capacity, delay_seconds);
    const uint32_t free_ms = std::min(use.first_free_ms, capacity.first_bound_free_ms);
    if (report.headroom.max == 0 && free_ms != DestinationUse::kNever) {
      report.seconds_to_free_port = free_ms / 1000.0;
      report.freed_by_reuse = use.first_is_reused && free_ms == use.first_free_ms;
    }
  }
  const auto sum = [&](uint32_t DestinationUse::*sockets) {
    return own.*sockets + (unbound == nullptr ? 0 : unbound->*sockets);
  };
  report.syn_sent = sum(&DestinationUse::syn_sent);
  report.syn_sent_retransmitting = sum(&DestinationUse::syn_sent_retransmitting);
  report.close_wait = sum(&DestinationUse::close_wait);
  report.admitted = report.occupancy >= admission.min_utilization || report.troubled();
  return report;
}

auto LabelsOf(const DestinationReport& report) {
  return std::tie(report.source, report.address, report.port);
}

// Sorts and leaves the first `count` with labels of their own.
void KeepFullest(std::vector<DestinationReport>& reports, size_t count) {
  std::sort(reports.begin(), reports.end(), IsFuller);
  absl::flat_hash_set<std::tuple<IpAddress, IpAddress, uint16_t>> labels;
  std::erase_if(reports, [&](const DestinationReport& report) {
    return labels.size() == count ||
           !labels.emplace(report.source, report.address, report.port).second;
  });
}

// How bad a destination is in each of the kOtherWays; 0: not at all.
std::array<double, kOtherWays> BadnessOf(const DestinationReport& report) {
  const bool loopback = IsLoopback(report.source, report.address, report.scope);
  const double time_wait = report.time_wait;
  return {static_cast<double>(report.syn_sent_retransmitting),
          static_cast<double>(report.close_wait), report.connections_per_second, time_wait,
          loopback ? 0 : time_wait};
}

// The worst destination in each way, of all that were given to it.
class Worst {
 public:
  void Consider(const DestinationReport& report) {
    const std::array<double, kOtherWays> badness = BadnessOf(report);
    for (size_t way = 0; way < kOtherWays; ++way) {
      if (badness[way] <= badness_[way]) continue;
      badness_[way] = badness[way];
      reports_[way] = report;
    }
  }
  // Adds those that are not among `reports` yet.
  void AppendTo(std::vector<DestinationReport>& reports) const {
    for (size_t way = 0; way < kOtherWays; ++way) {
      if (badness_[way] == 0) continue;
      const bool there = std::any_of(reports.begin(), reports.end(), [&](const auto& report) {
        return LabelsOf(report) == LabelsOf(reports_[way]);
      });
      if (!there) reports.push_back(reports_[way]);
    }
  }

 private:
  std::array<double, kOtherWays> badness_{};
  std::array<DestinationReport, kOtherWays> reports_{};
};

}  // namespace

bool DestinationReport::troubled() const {
  return std::max(syn_sent, close_wait) >= kTroubledSockets;
}

bool IsFuller(const DestinationReport& a, const DestinationReport& b) {
  const auto key = [](const DestinationReport& report) {
    return std::tuple(!report.admitted, -report.utilization.min, -report.utilization.max,
                      -report.occupancy, report.source, report.address, report.port, ~report.scope);
  };
  return key(a) < key(b);
}

Ranking Rank(const Destinations& destinations, uint32_t namespace_index,
             const PortCapacity& capacity, const ReuseRule& rule, const Admission& admission,
             size_t count) {
  Ranking ranking;
  if (capacity.open() == 0) ranking.utilization = {1, 1};
  Worst worst_otherwise;
  destinations.table().ForEach([&](const DestinationKey& key, const DestinationUse& use, uint64_t) {
    if (key.namespace_index != namespace_index) return;
    const DestinationReport report =
        Judge(key, use, destinations.SharedWith(key), capacity, rule, admission);
    Bounds<double>& worst = ranking.utilization;
    worst = {std::max(worst.min, report.utilization.min),
             std::max(worst.max, report.utilization.max)};
    worst_otherwise.Consider(report);
    std::vector<DestinationReport>& fullest = ranking.destinations;
    if (fullest.size() >= 4 * count + 64) KeepFullest(fullest, count);
    fullest.push_back(report);
  });
  KeepFullest(ranking.destinations, count);
  worst_otherwise.AppendTo(ranking.destinations);
  return ranking;
}

}  // namespace tcp_lifecycle
