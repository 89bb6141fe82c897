#include "exporter/doctor/movement.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tcp_lifecycle {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST(MovementTest, WhatGrewHasItsRate) {
  TcpCounters first;
  TcpCounters second;
  first[TcpCounter::kActiveOpens] = 100;
  second[TcpCounter::kActiveOpens] = 120;
  first[TcpCounter::kListenDrops] = 7;
  second[TcpCounter::kListenDrops] = 7;
  const std::vector<Movement> movements = MovementsBetween(first, second, 2);
  ASSERT_THAT(movements, SizeIs(1));
  EXPECT_EQ(movements[0].counter->name, "ActiveOpens");
  EXPECT_EQ(movements[0].counter->meaning, "connections opened from here");
  EXPECT_EQ(movements[0].per_second, 10);
}

TEST(MovementTest, ACounterThatIsAbsentOrShrankDoesNotMove) {
  TcpCounters first;
  TcpCounters second;
  second[TcpCounter::kActiveOpens] = 120;
  first[TcpCounter::kListenDrops] = 7;
  first[TcpCounter::kPassiveOpens] = 7;
  second[TcpCounter::kPassiveOpens] = 6;
  EXPECT_THAT(MovementsBetween(first, second, 1), IsEmpty());
}

TEST(MovementTest, EveryCounterCanMove) {
  TcpCounters first;
  TcpCounters second;
  for (const TcpCounterRow& row : kTcpCounterTable) {
    first[row.id] = 0;
    second[row.id] = 1;
  }
  EXPECT_THAT(MovementsBetween(first, second, 1), SizeIs(kTcpCounterCount));
}

}  // namespace
}  // namespace tcp_lifecycle
