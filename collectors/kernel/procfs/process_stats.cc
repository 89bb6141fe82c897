#include "collectors/kernel/procfs/process_stats.h"

#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "collectors/base/status.h"
#include "collectors/kernel/procfs/boot_time.h"
#include "collectors/kernel/procfs/bpf_maps.h"
#include "collectors/kernel/procfs/self_stat.h"

namespace tcp_lifecycle {
namespace {

absl::StatusOr<uint64_t> ReadBootTime(const ProcFiles& files) {
  const absl::StatusOr<std::string> text = files.Read("stat");
  if (!text.ok()) return text.status();
  absl::StatusOr<uint64_t> seconds = ParseBootTimeSeconds(*text);
  if (!seconds.ok()) return Prefixed("stat", seconds.status());
  return seconds;
}

}  // namespace

ProcfsProcessStats::ProcfsProcessStats(ProcFiles files)
    : files_(std::move(files)), boot_time_seconds_(ReadBootTime(files_)) {}

absl::StatusOr<ProcessStats> ProcfsProcessStats::Read() {
  if (!boot_time_seconds_.ok()) return boot_time_seconds_.status();
  const absl::StatusOr<std::string> text = files_.Read("self/stat");
  if (!text.ok()) return text.status();
  const absl::StatusOr<SelfStat> stat = ParseSelfStat(*text);
  if (!stat.ok()) return Prefixed("self/stat", stat.status());
  const absl::StatusOr<uint64_t> fds = files_.CountEntries("self/fd");
  if (!fds.ok()) return fds.status();
  const absl::StatusOr<uint64_t> map_bytes = ReadBpfMapBytes(files_);
  rlimit fd_limit{};
  if (getrlimit(RLIMIT_NOFILE, &fd_limit) != 0) return absl::ErrnoToStatus(errno, "RLIMIT_NOFILE");

  const auto ticks_per_second = static_cast<double>(sysconf(_SC_CLK_TCK));
  return ProcessStats{
      .cpu_seconds = static_cast<double>(stat->user_ticks + stat->system_ticks) / ticks_per_second,
      .start_time_seconds = static_cast<double>(*boot_time_seconds_) +
                            static_cast<double>(stat->start_ticks) / ticks_per_second,
      .open_fds = *fds - 1,  // without the one that counted them
      .max_fds = fd_limit.rlim_cur,
      .virtual_memory_bytes = stat->virtual_memory_bytes,
      .resident_memory_bytes = stat->resident_pages * static_cast<uint64_t>(sysconf(_SC_PAGESIZE)),
      .bpf_map_bytes = map_bytes.ok() ? std::optional(*map_bytes) : std::nullopt,
  };
}

}  // namespace tcp_lifecycle
