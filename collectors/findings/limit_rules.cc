#include <optional>

#include "absl/strings/str_cat.h"
#include "collectors/analysis/thresholds.h"
#include "collectors/findings/inputs.h"
#include "collectors/findings/rules.h"
#include "collectors/reports/report_text.h"

namespace tcp_lifecycle {
namespace {

struct Level {
  uint64_t used = 0;
  uint64_t limit = 0;

  bool nearly_full() const { return IsNearlyFull(used, limit); }
  bool full() const { return used >= limit; }
};

// A field of /proc/net/sockstat against the setting that limits it; NotFound where one of them is
// not there (tcp_max_orphans and tcp_mem are host-wide: only the first namespace has the files).
absl::StatusOr<Level> LevelOf(const NamespaceFacts& facts, std::optional<uint64_t> Sockstat::*field,
                              Sysctl setting) {
  const absl::StatusOr<int64_t>& limit = facts.sysctls[setting];
  if (!limit.ok()) return limit.status();
  if (!facts.sockstat.ok()) return facts.sockstat.status();
  const std::optional<uint64_t>& used = *facts.sockstat.*field;
  if (!used) return absl::NotFoundError("net/sockstat does not have it, or has it below 0");
  return Level{*used, *limit < 0 ? 0 : static_cast<uint64_t>(*limit)};
}

absl::StatusOr<Level> TimeWaitLevel(const RuleInput& input) {
  return LevelOf(input.ns.facts, &Sockstat::time_wait, Sysctl::kMaxTwBuckets);
}

}  // namespace

Verdict CheckTimeWaitBucketsNearLimit(const RuleInput& input) {
  const absl::StatusOr<Level> level = TimeWaitLevel(input);
  if (!level.ok()) return level.status();
  if (!level->nearly_full() || level->full()) return std::nullopt;
  return absl::StrCat(level->used, " of ", level->limit, " TIME_WAIT buckets are in use (",
                      Percent(level->used, level->limit),
                      " %): above tcp_max_tw_buckets sockets skip TIME_WAIT in silence.");
}

Verdict CheckTimeWaitBucketsFull(const RuleInput& input) {
  const absl::StatusOr<Level> level = TimeWaitLevel(input);
  if (!level.ok()) return level.status();
  if (!level->full()) return std::nullopt;
  return absl::StrCat(level->used, " TIME_WAIT buckets are in use and tcp_max_tw_buckets is ",
                      level->limit, ": sockets skip TIME_WAIT in silence.");
}

Verdict CheckOrphansNearLimit(const RuleInput& input) {
  const absl::StatusOr<Level> level =
      LevelOf(input.ns.facts, &Sockstat::orphan, Sysctl::kMaxOrphans);
  if (!level.ok()) return level.status();
  if (!level->nearly_full()) return std::nullopt;
  return absl::StrCat(level->used, " sockets have no process, and tcp_max_orphans is ",
                      level->limit, " (", Percent(level->used, level->limit),
                      " %): above it they are reset, with what they still had to send.");
}

Verdict CheckSocketMemoryNearLimit(const RuleInput& input) {
  const absl::StatusOr<SocketMemoryLimit>& limit = input.ns.facts.socket_memory_limit;
  if (!limit.ok()) return limit.status();
  const absl::StatusOr<Sockstat>& sockstat = input.ns.facts.sockstat;
  if (!sockstat.ok()) return sockstat.status();
  if (!sockstat->memory_bytes) {
    return absl::NotFoundError("net/sockstat does not have it, or has it below 0");
  }
  if (*sockstat->memory_bytes < limit->pressure_bytes) return std::nullopt;
  constexpr double kMebibyte = 1 << 20;
  const auto mebibytes = [](uint64_t bytes) {
    return absl::StrCat(Rounded(static_cast<double>(bytes) / kMebibyte), " MiB");
  };
  return absl::StrCat("TCP buffers hold ", mebibytes(*sockstat->memory_bytes),
                      ", tcp_mem sets pressure at ", mebibytes(limit->pressure_bytes),
                      " and the limit at ", mebibytes(limit->high_bytes),
                      ": windows shrink now, connections are lost at the limit.");
}

}  // namespace tcp_lifecycle
