#include <gtest/gtest.h>

#include "tests/unit/collectors/findings/healthy.h"

namespace tcp_lifecycle {
namespace {

using ::testing::HasSubstr;

NamespaceSnapshot WithTimeWait(uint64_t buckets, int64_t limit) {
  NamespaceSnapshot ns = MakeHealthy();
  ns.facts.sockstat->time_wait = buckets;
  ns.facts.sysctls[Sysctl::kMaxTwBuckets] = limit;
  return ns;
}

NamespaceSnapshot WithOrphans(uint64_t orphans, int64_t limit) {
  NamespaceSnapshot ns = MakeHealthy();
  ns.facts.sockstat->orphan = orphans;
  ns.facts.sysctls[Sysctl::kMaxOrphans] = limit;
  return ns;
}

NamespaceSnapshot WithMemory(uint64_t bytes) {
  NamespaceSnapshot ns = MakeHealthy();
  ns.facts.sockstat->memory_bytes = bytes;
  return ns;
}

TEST(TimeWaitBucketsNearLimitTest, RaisedFromEightyPercent) {
  EXPECT_THAT(Check("time_wait_buckets_near_limit", WithTimeWait(8000, 10000)),
              Raised("8000 of 10000 TIME_WAIT buckets are in use (80 %): above tcp_max_tw_buckets "
                     "sockets skip TIME_WAIT in silence."));
}

TEST(TimeWaitBucketsNearLimitTest, ClearedBelowAndWhereTheyAreFull) {
  EXPECT_THAT(Check("time_wait_buckets_near_limit", WithTimeWait(7999, 10000)), Fine());
  EXPECT_THAT(Check("time_wait_buckets_near_limit", WithTimeWait(10000, 10000)), Fine());
}

TEST(TimeWaitBucketsFullTest, RaisedAtTheLimit) {
  EXPECT_THAT(Check("time_wait_buckets_full", WithTimeWait(10000, 10000)),
              Raised("10000 TIME_WAIT buckets are in use and tcp_max_tw_buckets is 10000: sockets "
                     "skip TIME_WAIT in silence."));
  EXPECT_THAT(Check("time_wait_buckets_full", WithTimeWait(0, 0)), Raised(HasSubstr("is 0")));
}

TEST(TimeWaitBucketsFullTest, ClearedByOneBucket) {
  EXPECT_THAT(Check("time_wait_buckets_full", WithTimeWait(9999, 10000)), Fine());
}

TEST(TimeWaitBucketsFullTest, NotCheckableWithoutTheLimitOrTheCount) {
  NamespaceSnapshot without_limit = MakeHealthy();
  without_limit.facts.sysctls[Sysctl::kMaxTwBuckets] = absl::NotFoundError("absent");
  NamespaceSnapshot without_count = MakeHealthy();
  without_count.facts.sockstat->time_wait.reset();
  NamespaceSnapshot failed = MakeHealthy();
  failed.facts.sockstat = absl::UnavailableError("sockstat");
  for (const char* rule : {"time_wait_buckets_full", "time_wait_buckets_near_limit"}) {
    EXPECT_THAT(Check(rule, without_limit), NotCheckable()) << rule;
    EXPECT_THAT(Check(rule, without_count), NotCheckable()) << rule;
    EXPECT_THAT(Check(rule, failed), Failed("sockstat")) << rule;
  }
}

TEST(OrphansNearLimitTest, RaisedFromEightyPercent) {
  EXPECT_THAT(Check("orphans_near_limit", WithOrphans(820, 1000)),
              Raised("820 sockets have no process, and tcp_max_orphans is 1000 (82 %): above it "
                     "they are reset, with what they still had to send."));
}

TEST(OrphansNearLimitTest, ClearedBelow) {
  EXPECT_THAT(Check("orphans_near_limit", WithOrphans(799, 1000)), Fine());
}

TEST(OrphansNearLimitTest, NotCheckableInANamespaceWithoutTheHostsFile) {
  NamespaceSnapshot ns = MakeHealthy();
  ns.facts.sysctls[Sysctl::kMaxOrphans] = absl::NotFoundError("the host's");
  EXPECT_THAT(Check("orphans_near_limit", ns), NotCheckable());
}

TEST(SocketMemoryNearLimitTest, RaisedFromThePressureThreshold) {
  EXPECT_THAT(Check("socket_memory_near_limit", WithMemory(150 << 20)),
              Raised("TCP buffers hold 150 MiB, tcp_mem sets pressure at 150 MiB and the limit at "
                     "200 MiB: windows shrink now, connections are lost at the limit."));
}

TEST(SocketMemoryNearLimitTest, ClearedBelow) {
  EXPECT_THAT(Check("socket_memory_near_limit", WithMemory((150 << 20) - 4096)), Fine());
}

TEST(SocketMemoryNearLimitTest, NotCheckableWithoutTheLimitOrTheCount) {
  NamespaceSnapshot ns = MakeHealthy();
  ns.facts.sockstat->memory_bytes.reset();
  EXPECT_THAT(Check("socket_memory_near_limit", ns), NotCheckable());
  ns = MakeHealthy();
  ns.facts.socket_memory_limit = absl::NotFoundError("the host's");
  EXPECT_THAT(Check("socket_memory_near_limit", ns), NotCheckable());
  ns = MakeHealthy();
  ns.facts.sockstat = absl::UnavailableError("sockstat");
  EXPECT_THAT(Check("socket_memory_near_limit", ns), Failed("sockstat"));
}

}  // namespace
}  // namespace tcp_lifecycle
