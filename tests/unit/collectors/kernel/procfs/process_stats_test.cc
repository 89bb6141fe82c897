#include "collectors/kernel/procfs/process_stats.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <ctime>

#include "collectors/base/unique_fd.h"
#include "tests/unit/collectors/kernel/procfs/proc_tree.h"
#include "tests/unit/collectors/kernel/procfs/status_matchers.h"

namespace tcp_lifecycle {
namespace {

using absl::StatusCode;
using ::testing::HasSubstr;

constexpr absl::string_view kSelfStat =
    "7 (a (b) c) R 1 7 7 0 -1 4194560 3201 6967 0 0 300 100 5 0 20 0 1 0 5000 18718720 10 0\n";

class ProcfsProcessStatsTest : public ::testing::Test {
 protected:
  ProcfsProcessStatsTest() {
    tree_.Write("stat", "cpu 1\nbtime 1000000\n")
        .Write("self/stat", kSelfStat)
        .Write("self/fd/0", "")
        .Write("self/fd/1", "")
        .Write("self/fd/2", "");
  }
  absl::StatusOr<ProcessStats> Read() { return ProcfsProcessStats(tree_.files()).Read(); }

  ProcTree tree_;
};

TEST_F(ProcfsProcessStatsTest, TurnsTicksAndPagesIntoSecondsAndBytes) {
  const ProcessStats stats = Read().value();
  const auto ticks_per_second = static_cast<double>(sysconf(_SC_CLK_TCK));
  EXPECT_DOUBLE_EQ(stats.cpu_seconds, 400 / ticks_per_second);
  EXPECT_DOUBLE_EQ(stats.start_time_seconds, 1000000 + 5000 / ticks_per_second);
  EXPECT_EQ(stats.virtual_memory_bytes, 18718720u);
  EXPECT_EQ(stats.resident_memory_bytes, 10u * static_cast<uint64_t>(sysconf(_SC_PAGESIZE)));
}

TEST_F(ProcfsProcessStatsTest, DoesNotCountTheDescriptorThatCounts) {
  EXPECT_EQ(Read().value().open_fds, 2u);
}

TEST_F(ProcfsProcessStatsTest, LimitIsTheSoftOneOfThisProcess) {
  rlimit limit{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &limit), 0);
  EXPECT_EQ(Read().value().max_fds, limit.rlim_cur);
}

TEST_F(ProcfsProcessStatsTest, EveryFileIsNeeded) {
  for (const char* path : {"stat", "self/stat", "self/fd"}) {
    const std::string away = std::string(path) + ".away";
    std::filesystem::rename(tree_.Path(path), tree_.Path(away));
    EXPECT_THAT(Read(), FailsWith(StatusCode::kNotFound, HasSubstr(path))) << path;
    std::filesystem::rename(tree_.Path(away), tree_.Path(path));
  }
}

TEST_F(ProcfsProcessStatsTest, GarbledFilesAreNamed) {
  tree_.Write("self/stat", "7 (a) R");
  EXPECT_THAT(Read(), FailsWith(StatusCode::kDataLoss, HasSubstr("self/stat: no utime in")));
  tree_.Write("stat", "btime x\n");
  EXPECT_THAT(Read(), FailsWith(StatusCode::kDataLoss, "stat: btime \"x\""));
}

TEST(ProcfsProcessStatsLiveTest, TellsTheTruthAboutThisProcess) {
  ProcfsProcessStats reader(ProcFiles("/proc"));
  const ProcessStats before = reader.Read().value();
  const UniqueFd another(open("/dev/null", O_RDONLY | O_CLOEXEC));
  const ProcessStats after = reader.Read().value();
  EXPECT_EQ(after.open_fds, before.open_fds + 1);
  EXPECT_GT(after.resident_memory_bytes, 1u << 20);
  EXPECT_GE(after.virtual_memory_bytes, after.resident_memory_bytes);
  EXPECT_GE(after.cpu_seconds, before.cpu_seconds);
  EXPECT_NEAR(after.start_time_seconds, static_cast<double>(std::time(nullptr)), 600);
}

}  // namespace
}  // namespace tcp_lifecycle
