#include "collectors/kernel/bpf/watched.h"

#include <gtest/gtest.h>

namespace tcp_lifecycle {
namespace {

constexpr uint32_t kFirst = 0xf0000000, kSecond = 0xf0000001;

WireRecord Of(uint32_t inode, uint32_t flags = 0) {
  WireRecord record = {};
  record.flags = inode << kWireNetnsShift | flags;
  return record;
}

TEST(WatchedInodesTest, KnowsWhoseARecordIsWhateverItsFlags) {
  WatchedInodes watched;
  watched.Add(kFirst, 0);
  watched.Add(kSecond, 1);
  EXPECT_EQ(watched.IndexOf(Of(kFirst)), 0u);
  EXPECT_EQ(watched.IndexOf(Of(kSecond, kWireBlocked | kWireMinisocket)), 1u);
  EXPECT_EQ(watched.IndexOf(Of(kSecond)), 1u);
  EXPECT_EQ(watched.IndexOf(Of(kFirst, kWireKeepopen)), 0u);
}

TEST(WatchedInodesTest, DoesNotKnowOthers) {
  WatchedInodes watched;
  EXPECT_EQ(watched.IndexOf(Of(0)), std::nullopt);
  watched.Add(kFirst, 0);
  EXPECT_EQ(watched.IndexOf(Of(kSecond)), std::nullopt);
  EXPECT_EQ(watched.IndexOf(Of(kFirst)), 0u);
}

}  // namespace
}  // namespace tcp_lifecycle
