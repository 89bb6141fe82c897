#include "collectors/model/tcp_state.h"

#include <gtest/gtest.h>

namespace tcp_lifecycle {
namespace {

TEST(TcpStateTest, NamesAreThoseOfTheContract) {
  EXPECT_EQ(Name(TcpState::kEstablished), "established");
  EXPECT_EQ(Name(TcpState::kSynSent), "syn_sent");
  EXPECT_EQ(Name(TcpState::kSynRecv), "syn_recv");
  EXPECT_EQ(Name(TcpState::kFinWait1), "fin_wait1");
  EXPECT_EQ(Name(TcpState::kFinWait2), "fin_wait2");
  EXPECT_EQ(Name(TcpState::kTimeWait), "time_wait");
  EXPECT_EQ(Name(TcpState::kCloseWait), "close_wait");
  EXPECT_EQ(Name(TcpState::kLastAck), "last_ack");
  EXPECT_EQ(Name(TcpState::kListen), "listen");
  EXPECT_EQ(Name(TcpState::kClosing), "closing");
  EXPECT_EQ(Name(TcpState::kBoundInactive), "bound_inactive");
  EXPECT_EQ(static_cast<size_t>(TcpState::kBoundInactive) + 1, kTcpStateCount);
}

TEST(TcpStateSetTest, HoldsWhatItWasGiven) {
  const TcpStateSet set = {TcpState::kListen, TcpState::kTimeWait};
  EXPECT_TRUE(set.Contains(TcpState::kListen));
  EXPECT_TRUE(set.Contains(TcpState::kTimeWait));
  EXPECT_FALSE(set.Contains(TcpState::kEstablished));
  EXPECT_FALSE(set.empty());
  EXPECT_TRUE(TcpStateSet().empty());
}

TEST(TcpStateSetTest, AllHasEveryState) {
  TcpStateSet one_by_one;
  for (size_t i = 0; i < kTcpStateCount; ++i) {
    const auto state = static_cast<TcpState>(i);
    EXPECT_TRUE(TcpStateSet::All().Contains(state)) << Name(state);
    one_by_one = one_by_one | TcpStateSet{state};
  }
  EXPECT_EQ(one_by_one, TcpStateSet::All());
}

TEST(TcpStateSetTest, UnionHasTheStatesOfBoth) {
  const TcpStateSet both = TcpStateSet{TcpState::kListen} | TcpStateSet{TcpState::kClosing};
  EXPECT_EQ(both, (TcpStateSet{TcpState::kListen, TcpState::kClosing}));
}

TEST(TcpStateSetTest, WithoutTakesOneStateAwayAndLeavesTheOriginal) {
  const TcpStateSet all = TcpStateSet::All();
  const TcpStateSet rest = all.Without(TcpState::kListen);
  EXPECT_FALSE(rest.Contains(TcpState::kListen));
  EXPECT_TRUE(rest.Contains(TcpState::kEstablished));
  EXPECT_TRUE(all.Contains(TcpState::kListen));
  EXPECT_EQ(rest.Without(TcpState::kListen), rest);
}

}  // namespace
}  // namespace tcp_lifecycle
