#include "collectors/kernel/bpf/self_check.h"

#include <gtest/gtest.h>

#include "tests/unit/builders.h"

namespace tcp_lifecycle {
namespace {

using std::chrono::milliseconds;

CheckedFields Only(CheckedField field) {
  CheckedFields fields;
  fields[static_cast<size_t>(field)] = true;
  return fields;
}

Socket With(Timer timer, uint32_t remaining_ms = 0) {
  Socket socket = MakeSocket(TcpState::kEstablished, "10.0.0.1", 1, "10.0.0.2", 80);
  socket.timer = timer;
  socket.remaining_ms = remaining_ms;
  return socket;
}

class ExpiryTest : public testing::Test {
 protected:
  // What two readings say that are `apart` from each other and take no time.
  bool Agree(uint32_t first_ms, uint32_t second_ms, milliseconds apart) const {
    const TimeSpan first = {start_, start_};
    const TimeSpan second = {start_ + apart, start_ + apart};
    return ExpiryOf(With(Timer::kKeepalive, first_ms), first)
        .Meets(ExpiryOf(With(Timer::kKeepalive, second_ms), second));
  }

  TimeSpan::Time start_ = Deadline::Clock::now();
};

TEST_F(ExpiryTest, TimePassesBetweenTheReadings) {
  EXPECT_TRUE(Agree(60000, 59000, milliseconds(1000)));
  EXPECT_FALSE(Agree(60000, 60000, milliseconds(1000)));
}

TEST_F(ExpiryTest, TicksAreRounded) {
  EXPECT_TRUE(Agree(60000, 59980, milliseconds(0)));
  EXPECT_TRUE(Agree(60000, 59900, milliseconds(0)));
  EXPECT_FALSE(Agree(60000, 59899, milliseconds(0)));
}

TEST_F(ExpiryTest, TimerThatIsDueMayHaveBeenDueForLong) {
  EXPECT_TRUE(Agree(0, 0, milliseconds(5000)));
  EXPECT_TRUE(Agree(1000, 0, milliseconds(1000)));
  EXPECT_TRUE(Agree(1000, 0, milliseconds(5000)));
  EXPECT_FALSE(Agree(5000, 0, milliseconds(1000)));
  EXPECT_FALSE(Agree(0, 1000, milliseconds(1000)));
}

TEST_F(ExpiryTest, SlowReadingIsALongSpan) {
  const TimeSpan slow = {start_, start_ + milliseconds(2000)};
  const TimeSpan now = {start_, start_};
  const TimeSpan expiry = ExpiryOf(With(Timer::kKeepalive, 60000), now);
  EXPECT_TRUE(ExpiryOf(With(Timer::kKeepalive, 58500), slow).Meets(expiry));
  EXPECT_FALSE(ExpiryOf(With(Timer::kKeepalive, 57000), slow).Meets(expiry));
}

TEST(Differing, OfTheSameSocketNothingDoes) {
  EXPECT_TRUE(Differing(With(Timer::kKeepalive), With(Timer::kKeepalive)).none());
}

TEST(Differing, OtherFieldsMeanNothingInAnotherState) {
  Socket walked = With(Timer::kNone);
  walked.state = TcpState::kTimeWait;
  walked.retransmits = 3;
  EXPECT_EQ(Differing(walked, With(Timer::kKeepalive)), Only(CheckedField::kState));
}

TEST(Differing, EachFieldIsNamed) {
  EXPECT_EQ(Differing(With(Timer::kRetransmit), With(Timer::kZeroWindow)),
            Only(CheckedField::kTimer));
  Socket walked = With(Timer::kRetransmit);
  walked.retransmits = 2;
  EXPECT_EQ(Differing(walked, With(Timer::kRetransmit)), Only(CheckedField::kRetransmits));
  walked = With(Timer::kNone);
  walked.scope = 4;
  EXPECT_EQ(Differing(walked, With(Timer::kNone)), Only(CheckedField::kScope));
  walked = With(Timer::kNone);
  walked.flags = kUnaccepted;
  EXPECT_EQ(Differing(walked, With(Timer::kNone)), Only(CheckedField::kUnaccepted));
}

TEST(Differing, RequestSocketsCountSomethingElse) {
  Socket walked = With(Timer::kRetransmit);
  walked.state = TcpState::kSynRecv;
  Socket found = walked;
  found.retransmits = 2;
  EXPECT_TRUE(Differing(walked, found).none());
}

TEST(Differing, KeepaliveIsComparedWhereATimerShowsIt) {
  Socket on = With(Timer::kNone);
  on.flags = kKeepaliveOn;
  EXPECT_EQ(Differing(on, With(Timer::kNone)), Only(CheckedField::kKeepalive));
  Socket off = With(Timer::kKeepalive);
  off.flags = kKeepaliveOff;
  EXPECT_EQ(Differing(off, With(Timer::kKeepalive)), Only(CheckedField::kKeepalive));
  // Another timer hides it, and so does a state that has another use for the timer.
  on.timer = off.timer = Timer::kRetransmit;
  EXPECT_TRUE(Differing(on, With(Timer::kRetransmit)).none());
  on = With(Timer::kNone);
  on.flags = kKeepaliveOn;
  on.state = TcpState::kFinWait2;
  Socket found = With(Timer::kNone);
  found.state = TcpState::kFinWait2;
  EXPECT_TRUE(Differing(on, found).none());
}

TEST(Moved, FieldsOfATimerGoWithIt) {
  const CheckedFields moved = Moved(With(Timer::kNone), With(Timer::kRetransmit));
  EXPECT_TRUE(moved[static_cast<size_t>(CheckedField::kTimer)]);
  EXPECT_TRUE(moved[static_cast<size_t>(CheckedField::kRemaining)]);
  EXPECT_TRUE(moved[static_cast<size_t>(CheckedField::kRetransmits)]);
  EXPECT_TRUE(moved[static_cast<size_t>(CheckedField::kKeepalive)]);
  EXPECT_FALSE(moved[static_cast<size_t>(CheckedField::kScope)]);
  EXPECT_TRUE(Moved(With(Timer::kNone), With(Timer::kNone)).none());
}

TEST(Moved, FieldsThatHaveNoTimerMoveAlone) {
  const Socket before = With(Timer::kNone);
  Socket now = before;
  now.retransmits = 1;
  EXPECT_EQ(Moved(before, now), Only(CheckedField::kRetransmits));
  now = before;
  now.scope = 4;
  EXPECT_EQ(Moved(before, now), Only(CheckedField::kScope));
  now = before;
  now.flags = kKeepaliveOn;
  EXPECT_EQ(Moved(before, now), Only(CheckedField::kKeepalive));
  now.flags = kUnaccepted;
  EXPECT_EQ(Moved(before, now), Only(CheckedField::kUnaccepted));
}

TEST(Moved, WhatIsWrongAboutOneReadingIsNoMove) {
  Socket wrong = With(Timer::kKeepalive);
  wrong.flags = kKeepaliveOff;
  EXPECT_TRUE(Moved(wrong, wrong).none());
}

TEST(Moved, AnotherStateIsAnotherSocket) {
  Socket closed = With(Timer::kNone);
  closed.state = TcpState::kTimeWait;
  EXPECT_TRUE(Moved(With(Timer::kNone), closed).all());
}

TEST(ValueOf, SaysEachFieldInWords) {
  Socket socket = With(Timer::kRetransmit, 900);
  socket.retransmits = 2;
  socket.scope = 4;
  EXPECT_EQ(ValueOf(socket, CheckedField::kState), "established");
  EXPECT_EQ(ValueOf(socket, CheckedField::kTimer), "retransmit");
  EXPECT_EQ(ValueOf(socket, CheckedField::kRemaining), "900 ms");
  EXPECT_EQ(ValueOf(socket, CheckedField::kRetransmits), "2");
  EXPECT_EQ(ValueOf(socket, CheckedField::kScope), "4");
  EXPECT_EQ(ValueOf(socket, CheckedField::kUnaccepted), "no");
  socket.flags = kUnaccepted;
  EXPECT_EQ(ValueOf(socket, CheckedField::kUnaccepted), "yes");
}

TEST(ValueOf, KeepaliveIsToldByTheTimerWhereTheReaderDoesNotSayIt) {
  Socket socket = With(Timer::kKeepalive);
  EXPECT_EQ(ValueOf(socket, CheckedField::kKeepalive), "timer keepalive");
  socket.flags = kKeepaliveOn;
  EXPECT_EQ(ValueOf(socket, CheckedField::kKeepalive), "on");
  socket.flags = kKeepaliveOff;
  EXPECT_EQ(ValueOf(socket, CheckedField::kKeepalive), "off");
}

}  // namespace
}  // namespace tcp_lifecycle
