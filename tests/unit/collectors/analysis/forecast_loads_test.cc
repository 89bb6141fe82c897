// Loads that come and go, played second by second against what judges them: which of them a
// forecast is given for, and how long before the first connect() fails.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <deque>
#include <functional>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "collectors/analysis/ranking.h"
#include "tests/unit/builders.h"

namespace tcp_lifecycle {
namespace {

using ::testing::IsEmpty;
using ::testing::Not;

// Seconds from the beginning at which connections are opened.
using Opened = std::vector<double>;

struct Load {
  std::string name;
  uint32_t ports;
  std::function<Opened()> opened;
  double lifetime = 0;       // seconds until they are closed here
  bool reused = false;       // tcp_tw_reuse=1
  uint32_t pool = 0;         // connections that stay open
  bool mixed_peers = false;  // every second one sends no timestamps
  double warning = 0;        // of those that exhaust the ports: so many seconds before, at least
};

// So many a second, from one moment to another; the rate may move to `to_rate` meanwhile.
Opened Steady(double rate, double from, double to, std::optional<double> to_rate = std::nullopt) {
  Opened opened;
  const double slope = (to_rate.value_or(rate) - rate) / (to - from);
  for (double at = from; at < to;) {
    opened.push_back(at);
    at += 1 / std::max(0.01, rate + slope * (at - from));
  }
  return opened;
}

// As chance has it: a Poisson process.
Opened Random(double rate, double from, double to) {
  std::mt19937 random(static_cast<uint32_t>(rate * 1000 + from));
  Opened opened;
  for (double at = from; at < to; at += std::exponential_distribution<double>(rate)(random)) {
    opened.push_back(at);
  }
  return opened;
}

// Batches of `count`, evenly over `seconds`, one every `period`.
Opened Batches(uint32_t count, double seconds, double period, double to) {
  Opened opened;
  for (double from = 0; from < to; from += period) {
    for (uint32_t i = 0; i < count; ++i) opened.push_back(from + seconds * i / count);
  }
  return opened;
}

Opened Together(Opened first, const Opened& second) {
  first.insert(first.end(), second.begin(), second.end());
  return first;
}

struct Outcome {
  std::optional<double> failed;   // when the first connect() failed
  std::vector<double> forecasts;  // when there was one, until then
};

struct Held {
  double opened = 0;
  bool timestamps = true;
};

// The ports of one destination, as the kernel gives and takes them.
class Ports {
 public:
  explicit Ports(const Load& load) : load_(load) {}

  // Whether there was one.
  bool Take(double now) {
    Expire(now);
    if (held_.size() + load_.pool >= load_.ports) {
      const auto reusable = std::ranges::find_if(held_, [&](const Held& each) {
        return load_.reused && each.timestamps && Closed(each) + 1.001 < now;
      });
      if (reusable == held_.end()) return false;
      held_.erase(reusable);
    }
    held_.push_back({now, !load_.mixed_peers || ++number_ % 2 == 0});
    return true;
  }

  // What a page says.
  DestinationReport Look(double now) {
    Expire(now);
    Sysctls sysctls;
    sysctls[Sysctl::kTwReuse] = load_.reused ? 1 : 0;
    sysctls[Sysctl::kTimestamps] = 1;
    sysctls[Sysctl::kTwReuseDelay] = 1000;
    const ReuseRule rule(sysctls);
    Destinations destinations;
    uint16_t port = 1024;
    const auto add = [&](TcpState state, double remaining_seconds, uint16_t flags) {
      Socket socket = MakeSocket(state, "10.0.0.1", port++, "10.0.0.2", 443);
      socket.role = Role::kOutbound;
      socket.flags = flags;
      socket.remaining_ms = static_cast<uint32_t>(remaining_seconds * 1000);
      destinations.Add(socket, PortKind::kAutobound, rule);
    };
    for (uint32_t i = 0; i < load_.pool; ++i) add(TcpState::kEstablished, 0, 0);
    for (const Held& each : held_) {
      const uint16_t flags = each.timestamps ? 0 : kNeverReused;
      Closed(each) > now ? add(TcpState::kEstablished, 0, flags)
                         : add(TcpState::kTimeWait, Closed(each) + 60 - now, flags);
    }
    const PortCapacity capacity = {
        .usable = load_.ports, .untouched = load_.ports, .is_exact = true};
    const Ranking ranking = Rank(destinations, 0, capacity, rule, {}, 1);
    return ranking.destinations.empty() ? DestinationReport() : ranking.destinations[0];
  }

 private:
  void Expire(double now) {
    while (!held_.empty() && Closed(held_.front()) + 60 <= now) held_.pop_front();
  }
  double Closed(const Held& each) const { return each.opened + load_.lifetime; }

  const Load& load_;
  std::deque<Held> held_;  // the oldest first
  uint32_t number_ = 0;
};

// A page every second, of a given phase, until a connect() fails or the load has been over for a
// while.
Outcome Play(const Load& load, double phase) {
  Opened opened = load.opened();
  std::sort(opened.begin(), opened.end());
  Ports ports(load);
  Outcome outcome;
  size_t next = 0;
  for (double now = phase; now <= opened.back() + 30; ++now) {
    for (; next < opened.size() && opened[next] < now; ++next) {
      if (ports.Take(opened[next])) continue;
      outcome.failed = opened[next];
      return outcome;
    }
    if (ports.Look(now).seconds_to_exhaustion) outcome.forecasts.push_back(now);
  }
  return outcome;
}

constexpr std::array kPhases = {0.1, 0.4, 0.6, 0.9};

const std::vector<Load>& Benign() {
  static const std::vector<Load> loads = {
      {"burst of 300 in a second", 2000, [] { return Batches(300, 1, 1e9, 1); }},
      {"burst of 300 in 3 s", 1000, [] { return Batches(300, 3, 1e9, 1); }},
      {"burst of 40 % in a second", 28232, [] { return Batches(11000, 1, 1e9, 1); }},
      {"batch of 50 % in 4 s", 2000, [] { return Batches(1000, 4, 1e9, 1); }},
      {"batch of 45 % in 4 s every 70 s", 2000, [] { return Batches(900, 4, 70, 280); }},
      {"batch of 7 % in a second every 6 s", 1000, [] { return Batches(70, 1, 6, 200); }},
      {"cron: 30 % in 10 s every minute", 1000, [] { return Batches(300, 10, 60, 240); }},
      {"cron: 33 % in 20 s every two minutes", 1000, [] { return Batches(330, 20, 120, 360); }},
      {"Poisson, 60 % of 100", 100, [] { return Random(1, 0, 300); }},
      {"Poisson, 80 % of 400", 400, [] { return Random(5.33, 0, 300); }},
      {"Poisson, 80 % of 1200", 1200, [] { return Random(16, 0, 300); }},
      {"Poisson, 80 % of 12000", 12000, [] { return Random(160, 0, 200); }},
      {"steady, 80 %", 1200, [] { return Steady(16, 0, 200); }},
      {"steady, 95 %", 6000, [] { return Steady(95, 0, 200); }},
      {"health checks, 1/s", 100, [] { return Steady(1, 0, 200); }},
      {"from 40 % to 85 % in 5 minutes", 1200, [] { return Steady(8, 0, 300, 17); }},
      {.name = "pool of 40 %, and 20 %",
       .ports = 1000,
       .opened = [] { return Steady(3.3, 0, 200); },
       .pool = 400},
      {"deploy: 30 %, then 70 % for half a minute", 1200,
       [] { return Together(Random(6, 0, 200), Random(8, 80, 110)); }},
      {"10 s on, 20 s off, 50 % in the mean", 1200, [] { return Batches(300, 10, 30, 200); }},
      {.name = "reused, every second peer without timestamps",
       .ports = 4000,
       .opened = [] { return Steady(100, 0, 120); },
       .reused = true,
       .mixed_peers = true},
      {.name = "reused: 500/s of 1000",
       .ports = 1000,
       .opened = [] { return Random(500, 0, 60); },
       .reused = true},
  };
  return loads;
}

const std::vector<Load>& Exhausting() {
  static const std::vector<Load> loads = {
      {.name = "steady, 120 %",
       .ports = 1200,
       .opened = [] { return Steady(24, 0, 100); },
       .warning = 30},
      {.name = "Poisson, 120 % of 1200",
       .ports = 1200,
       .opened = [] { return Random(24, 0, 100); },
       .warning = 28},
      {.name = "Poisson, 120 % of 200",
       .ports = 200,
       .opened = [] { return Random(4, 0, 200); },
       .warning = 20},
      {.name = "steady, 200 %",
       .ports = 1000,
       .opened = [] { return Steady(33.3, 0, 60); },
       .warning = 18},
      {.name = "12/s of 200",
       .ports = 200,
       .opened = [] { return Steady(12, 0, 60); },
       .warning = 7},
      {.name = "1000/s of 28232",
       .ports = 28232,
       .opened = [] { return Steady(1000, 0, 60); },
       .warning = 17},
      {.name = "50 %, then 150 %",
       .ports = 1200,
       .opened = [] { return Together(Random(10, 0, 300), Random(20, 120, 300)); },
       .warning = 15},
      {.name = "from 50 % to 150 % in 3 minutes",
       .ports = 1200,
       .opened = [] { return Steady(10, 0, 180, 30); },
       .warning = 7},
      {.name = "batch of 20 % in 2 s every 10 s",
       .ports = 1000,
       .opened = [] { return Batches(200, 2, 10, 100); },
       .warning = 35},
      {.name = "pool of 60 %, the rest at 130 %",
       .ports = 1000,
       .opened = [] { return Random(8.7, 0, 200); },
       .pool = 600,
       .warning = 25},
  };
  return loads;
}

// One load each.
class BenignLoadTest : public ::testing::TestWithParam<size_t> {};
class ExhaustingLoadTest : public ::testing::TestWithParam<size_t> {};

INSTANTIATE_TEST_SUITE_P(All, BenignLoadTest, ::testing::Range<size_t>(0, Benign().size()));
INSTANTIATE_TEST_SUITE_P(All, ExhaustingLoadTest, ::testing::Range<size_t>(0, Exhausting().size()));

TEST_P(BenignLoadTest, HasNoForecast) {
  const Load& load = Benign()[GetParam()];
  for (const double phase : kPhases) {
    const Outcome outcome = Play(load, phase);
    EXPECT_EQ(outcome.failed, std::nullopt) << load.name;
    EXPECT_THAT(outcome.forecasts, IsEmpty()) << load.name << ", phase " << phase;
  }
}

TEST_P(ExhaustingLoadTest, HasAWarningBeforeTheFirstConnectFails) {
  const Load& load = Exhausting()[GetParam()];
  for (const double phase : kPhases) {
    const Outcome outcome = Play(load, phase);
    ASSERT_TRUE(outcome.failed.has_value()) << load.name;
    ASSERT_THAT(outcome.forecasts, Not(IsEmpty())) << load.name;
    EXPECT_GE(*outcome.failed - outcome.forecasts.front(), load.warning) << load.name;
  }
}

}  // namespace
}  // namespace tcp_lifecycle
