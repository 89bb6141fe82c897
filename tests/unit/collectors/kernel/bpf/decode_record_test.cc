#include "collectors/kernel/bpf/decode_record.h"

#include <gtest/gtest.h>

#include <cstring>

#include "tests/unit/collectors/kernel/bpf/fake_walk.h"

namespace tcp_lifecycle {
namespace {

constexpr uint32_t kTicks = 250;
constexpr uint32_t kNamespace = 3;

class DecodeRecordTest : public testing::Test {
 protected:
  Socket Decode() {
    Socket socket;
    EXPECT_TRUE(DecodeRecord(record_, *buffer_, kTicks, kNamespace, socket));
    return socket;
  }

  WireRecord record_ = RecordOf(40000);
  std::unique_ptr<WireBuffer> buffer_ = std::make_unique<WireBuffer>();
};

TEST_F(DecodeRecordTest, AnIpv4Socket) {
  record_.scope = 3;
  const Socket socket = Decode();
  EXPECT_EQ(ToString(socket.local_address), "10.0.0.1");
  EXPECT_EQ(ToString(socket.remote_address), "10.0.0.2");
  EXPECT_EQ(socket.local_port, 40000);
  EXPECT_EQ(socket.remote_port, 80);
  EXPECT_EQ(socket.state, TcpState::kEstablished);
  EXPECT_EQ(socket.family, Family::kIpv4);
  EXPECT_EQ(socket.scope, 3u);
  EXPECT_EQ(socket.namespace_index, kNamespace);
  EXPECT_EQ(socket.timer, Timer::kNone);
  EXPECT_EQ(socket.flags, kKeepaliveOff);
}

TEST_F(DecodeRecordTest, AnIpv6SocketHasItsAddressesElsewhere) {
  record_.family = kWireIpv6;
  record_.local_address = 5;
  buffer_->addresses6[5].local[15] = 1;
  buffer_->addresses6[5].remote[0] = 0xfd;
  buffer_->addresses6[5].remote[15] = 2;
  const Socket socket = Decode();
  EXPECT_EQ(ToString(socket.local_address), "::1");
  EXPECT_EQ(ToString(socket.remote_address), "fd00::2");
  EXPECT_EQ(socket.family, Family::kIpv6);
}

TEST_F(DecodeRecordTest, AnIndexBeyondTheBufferReadsWithinIt) {
  record_.family = kWireIpv6;
  record_.local_address = UINT32_MAX;
  buffer_->addresses6[WIRE_RECORDS - 1].local[15] = 9;
  EXPECT_EQ(ToString(Decode().local_address), "::9");
}

TEST_F(DecodeRecordTest, TheTimerAndWhenItFires) {
  record_.timer = 2;
  record_.jiffies_left = 30 * kTicks;
  record_.retransmits = 4;
  const Socket socket = Decode();
  EXPECT_EQ(socket.timer, Timer::kKeepalive);
  EXPECT_EQ(socket.remaining_ms, 30'000u);
  EXPECT_EQ(socket.retransmits, 4);
}

TEST_F(DecodeRecordTest, AMinisocketOfFinWait2IsNoTimeWait) {
  record_.state = 5;
  record_.timer = 3;
  record_.flags = kWireMinisocket;
  const Socket socket = Decode();
  EXPECT_EQ(socket.state, TcpState::kFinWait2);
  EXPECT_EQ(socket.timer, Timer::kFinWait2);
}

TEST_F(DecodeRecordTest, AnOrphanInFinWait2WaitsForItsPeer) {
  record_.state = 5;
  record_.timer = 2;
  record_.flags = kWireOrphan;
  EXPECT_EQ(Decode().timer, Timer::kFinWait2);
  record_.flags = kWireKeepopen;
  EXPECT_EQ(Decode().timer, Timer::kKeepalive);
}

TEST_F(DecodeRecordTest, WhatNoProgramHasTakenYet) {
  record_.flags = kWireUnaccepted;
  EXPECT_EQ(Decode().flags, kUnaccepted | kKeepaliveOff);
}

TEST_F(DecodeRecordTest, WhetherSoKeepaliveIsSetWhateverTheTimer) {
  record_.timer = 1;
  EXPECT_EQ(Decode().flags, kKeepaliveOff);
  record_.flags = kWireKeepopen;
  EXPECT_EQ(Decode().flags, kKeepaliveOn);
}

TEST_F(DecodeRecordTest, ATimeWaitIsReusedOnlyWithTimestamps) {
  record_.state = 6;
  record_.flags = kWireMinisocket;
  EXPECT_EQ(Decode().flags, kNeverReused);
  record_.flags |= kWireTimestamps;
  EXPECT_EQ(Decode().flags, 0);
}

TEST_F(DecodeRecordTest, ATimeWaitThatIsReusedFromTheNextSecondOn) {
  record_.state = 6;
  record_.flags = kWireMinisocket | kWireTimestamps | kWireReusedNextSecond;
  EXPECT_EQ(Decode().flags, kReusedNextSecond);
}

TEST_F(DecodeRecordTest, ABoundSocketThatDoesNotMeanIpv4) {
  record_.state = 7;
  EXPECT_EQ(Decode().flags, 0);
  record_.flags = kWireV6Only;
  EXPECT_EQ(Decode().flags, kV6Only);
}

TEST_F(DecodeRecordTest, APortRangeOfItsOwn) {
  record_.family = kWireIpv4 | kWireOwnRange;
  record_.jiffies_left = 40009u << 16 | 40000;
  EXPECT_EQ(Decode().local_port, 40000);
  EXPECT_EQ(OwnRangeOf(record_), (PortRange{40000, 40009}));
}

TEST_F(DecodeRecordTest, WhoBoundAPortOpenedTheConnection) {
  EXPECT_EQ(Decode().role, Role::kUnknown);
  record_.flags = kWireAutobound;
  EXPECT_EQ(Decode().role, Role::kOutbound);
  record_.flags = kWireBoundToPort;
  EXPECT_EQ(Decode().role, Role::kOutbound);
}

TEST_F(DecodeRecordTest, AStateWithoutANameIsRefused) {
  record_.state = 14;
  Socket socket;
  EXPECT_FALSE(DecodeRecord(record_, *buffer_, kTicks, kNamespace, socket));
}

TEST(TicksPerSecondTest, IsFoundShortlyAfterBootAndAfterYears) {
  for (const uint32_t ticks : {100U, 250U, 300U, 1000U}) {
    for (const uint64_t seconds : {1U, 299U, 301U, 100'000U, 100'000'000U}) {
      WireControl control = {};
      SetClock(control, ticks, seconds);
      control.jiffies += 1;  // the two are not read at the same moment
      EXPECT_EQ(TicksPerSecond(control), ticks) << seconds;
    }
  }
}

}  // namespace
}  // namespace tcp_lifecycle
