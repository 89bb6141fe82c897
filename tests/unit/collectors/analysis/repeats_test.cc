#include "collectors/analysis/repeats.h"

#include <gtest/gtest.h>

namespace tcp_lifecycle {
namespace {

TEST(RepeatsTest, ARowThatComesAgainSoonWasSeen) {
  Repeats repeats;
  EXPECT_FALSE(repeats.Seen(7, 40000));
  EXPECT_FALSE(repeats.Seen(7, 40001));
  EXPECT_FALSE(repeats.Seen(8, 40000));
  EXPECT_TRUE(repeats.Seen(7, 40000));
}

TEST(RepeatsTest, DifferentRowsAreNeverTakenForOneHoweverMany) {
  Repeats repeats;
  int seen = 0;
  for (int key = 0; key < 1000; ++key) {
    for (uint16_t port = 0; port < 300; ++port) seen += repeats.Seen(key, port) ? 1 : 0;
  }
  EXPECT_EQ(seen, 0);
}

TEST(RepeatsTest, RowsCloseTogetherAreFoundHoweverManyThereAre) {
  Repeats repeats;
  int seen = 0;
  for (int key = 0; key < 1000; ++key) {
    for (uint16_t port = 0; port < 300; ++port) {
      repeats.Seen(key, port);
      seen += repeats.Seen(key, port) ? 1 : 0;
    }
  }
  EXPECT_EQ(seen, 300000);
}

}  // namespace
}  // namespace tcp_lifecycle
