#include "collectors/model/netstat.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace tcp_lifecycle {
namespace {

absl::string_view KernelName(TcpCounter counter) {
  return kTcpCounterNames[static_cast<size_t>(counter)].name;
}

// Catches a name that is missing or out of place in the table.
TEST(TcpCounterTest, EachHasTheKernelsNameAtItsPlace) {
  EXPECT_EQ(KernelName(TcpCounter::kActiveOpens), "ActiveOpens");
  EXPECT_EQ(KernelName(TcpCounter::kSynRetrans), "TCPSynRetrans");
  EXPECT_EQ(KernelName(TcpCounter::kTimeWaitCounted), "TW");
  EXPECT_EQ(KernelName(TcpCounter::kListenDrops), "ListenDrops");
  EXPECT_EQ(KernelName(TcpCounter::kAbortFailed), "TCPAbortFailed");
  EXPECT_EQ(KernelName(TcpCounter::kPawsTimeWait), "PAWSTimewait");
  EXPECT_EQ(KernelName(TcpCounter::kRequestQueueFullDrop), "TCPReqQFullDrop");
  EXPECT_EQ(static_cast<size_t>(TcpCounter::kRequestQueueFullDrop) + 1, kTcpCounterCount);
}

TEST(TcpCounterTest, NoNameStandsTwice) {
  std::set<std::string> names;
  for (const TcpCounterName& name : kTcpCounterNames) names.emplace(name.name);
  EXPECT_EQ(names.size(), kTcpCounterCount);
}

TEST(TcpCountersTest, AreUnknownUntilTheyAreSet) {
  TcpCounters counters;
  for (size_t i = 0; i < kTcpCounterCount; ++i) {
    EXPECT_EQ(counters[static_cast<TcpCounter>(i)], std::nullopt);
  }
  counters[TcpCounter::kListenDrops] = 0;
  EXPECT_EQ(counters[TcpCounter::kListenDrops], 0);
  EXPECT_EQ(counters[TcpCounter::kListenOverflows], std::nullopt);
}

}  // namespace
}  // namespace tcp_lifecycle
