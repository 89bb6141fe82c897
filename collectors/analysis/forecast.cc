#include "collectors/analysis/forecast.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

#include "collectors/analysis/thresholds.h"

namespace tcp_lifecycle {
namespace {

constexpr size_t kMinute = CountByAge::kSeconds;
static_assert(kMinute == static_cast<size_t>(kForeseenSeconds));
constexpr size_t kRateSeconds = 5;
constexpr auto kLasting = static_cast<size_t>(kLastingSeconds);

double Least(double count) { return std::max(0.0, count - 2 * std::sqrt(count)); }
double Most(double count) { return count + 2 * std::sqrt(count) + 4; }

// Seconds ahead for which what has gone on for `seconds` is expected to go on.
size_t Reach(size_t seconds) {
  return seconds < kLasting ? seconds : std::min(2 * seconds, kMinute);
}

// Sums over the last `seconds` seconds.
double Sum(const CountByAge& by_age, size_t seconds) {
  double sum = 0;
  for (size_t i = 0; i < seconds; ++i) sum += by_age[i];
  return sum;
}
double Come(const DestinationUse& use, size_t seconds) {
  return Sum(use.kept_by_age, seconds) + Sum(use.taken_over_by_age, seconds);
}

// Whether the last connection is more than a second longer ago than the longest pause between
// earlier ones: the load is over, or could not go on for lack of ports.
bool HasStopped(const DestinationUse& use) {
  size_t silence = 0;
  size_t longest = 0;
  size_t pause = 0;
  bool has_come = false;
  for (size_t i = 0; i < kMinute; ++i) {
    if (use.kept_by_age[i] + use.taken_over_by_age[i] == 0) {
      ++pause;
      continue;
    }
    (has_come ? longest : silence) = std::max(has_come ? longest : silence, pause);
    has_come = true;
    pause = 0;
  }
  return silence > longest + 1;
}

// Share of what comes that holds its port for 60 s: of the last seconds, because what is taken over
// is seen no more.
double ShareKept(const DestinationUse& use) {
  const size_t seconds = Come(use, kRateSeconds) > 0 ? kRateSeconds : kMinute;
  const double all = Come(use, seconds);
  return all == 0 ? 1 : Sum(use.kept_by_age, seconds) / all;
}

// By seconds ahead: the rate to be expected until then.
std::array<double, kMinute + 1> ExpectedRates(const DestinationUse& use) {
  std::array<double, kMinute + 1> count{};  // of the last so many seconds
  for (size_t i = 0; i < kMinute; ++i) {
    count[i + 1] = count[i] + use.kept_by_age[i] + use.taken_over_by_age[i];
  }
  std::array<double, kMinute + 1> rates{};
  for (size_t seconds = 1; seconds <= kMinute; ++seconds) {
    const size_t part = std::max<size_t>(1, seconds / 5);
    const double first = Most(count[seconds] - count[seconds - part]) / static_cast<double>(part);
    const double last = Most(count[part]) / static_cast<double>(part);
    const double all = Least(count[seconds]) / static_cast<double>(seconds);
    const double rate = std::min({all, first, last, Most(count[1])});
    rates[Reach(seconds)] = std::max(rates[Reach(seconds)], rate);
  }
  for (size_t ahead = kMinute; ahead > 0; --ahead) {
    rates[ahead - 1] = std::max(rates[ahead - 1], rates[ahead]);
  }
  return rates;
}

// Ports that come free in the second that ends so many seconds ahead.
double FreedIn(const DestinationUse& use, size_t ahead, double delay_seconds) {
  double freed = use.kept_by_age[kMinute - ahead];
  const auto delay = static_cast<size_t>(std::ceil(delay_seconds));
  if (ahead <= delay) freed += use.taken_over_by_age[delay - ahead];
  return freed;
}

}  // namespace

double ConnectionsPerSecond(const DestinationUse& use) {
  return Come(use, kRateSeconds) / static_cast<double>(kRateSeconds);
}

double LastingRate(const DestinationUse& use) { return ExpectedRates(use)[Reach(kLasting)]; }

double HoldSeconds(const DestinationUse& use, double delay_seconds) {
  const double kept = ShareKept(use);
  return kept * kMinute + (1 - kept) * delay_seconds;
}

std::optional<uint32_t> SecondsToExhaustion(const DestinationUse& use, const PortCapacity& capacity,
                                            double delay_seconds) {
  // What a bound socket in TIME_WAIT holds is blocked, and will be open.
  const double ports = capacity.open() + use.bound_time_wait;
  double held = use.held() + use.bound_time_wait;
  if (held >= ports) return 0;
  if (held + 2 * use.time_wait < ports) return std::nullopt;  // beyond every Reach()
  if (HasStopped(use)) return std::nullopt;
  const std::array<double, kMinute + 1> rates = ExpectedRates(use);
  const double kept = ShareKept(use);
  for (size_t ahead = 1; ahead <= kMinute; ++ahead) {
    held -= FreedIn(use, ahead, delay_seconds);
    const auto seconds = static_cast<double>(ahead);
    const double come =
        rates[ahead] * (kept * seconds + (1 - kept) * std::min(seconds, delay_seconds));
    if (held + come >= ports) return static_cast<uint32_t>(ahead);
  }
  return std::nullopt;
}

}  // namespace tcp_lifecycle
