#include "collectors/analysis/hidden_sockets.h"

#include <gtest/gtest.h>

#include <vector>

namespace tcp_lifecycle {
namespace {

using Counts = std::vector<std::optional<uint64_t>>;

TEST(MostBoundInactiveTest, TheyAreWhatIsAllocatedAndInNoTable) {
  EXPECT_EQ(MostBoundInactive(30, Counts{20}), 10u);
  EXPECT_EQ(MostBoundInactive(20, Counts{20}), 0u);
}

TEST(MostBoundInactiveTest, EveryNamespaceThatWasCountedIsSubtracted) {
  EXPECT_EQ(MostBoundInactive(30, Counts{20, 3, 5}), 2u);
}

TEST(MostBoundInactiveTest, ANamespaceThatWasNotCountedLeavesAnUpperBound) {
  EXPECT_EQ(MostBoundInactive(30, Counts{20, std::nullopt, 5}), 5u);
}

TEST(MostBoundInactiveTest, ConnectionsThatOpenBetweenTheReadingsDoNotMakeItHuge) {
  EXPECT_EQ(MostBoundInactive(30, Counts{20, 15}), 0u);
}

TEST(MostBoundInactiveTest, WithoutTheHostsCountOrTheOwnItIsUnknown) {
  EXPECT_EQ(MostBoundInactive(std::nullopt, Counts{20}), std::nullopt);
  EXPECT_EQ(MostBoundInactive(30, Counts{std::nullopt, 5}), std::nullopt);
  EXPECT_EQ(MostBoundInactive(30, {}), std::nullopt);
}

}  // namespace
}  // namespace tcp_lifecycle
