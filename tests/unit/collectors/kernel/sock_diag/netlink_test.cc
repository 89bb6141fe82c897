#include "collectors/kernel/sock_diag/netlink.h"

#include <gtest/gtest.h>

#include <array>
#include <cerrno>
#include <limits>
#include <vector>

#include "tests/unit/collectors/kernel/sock_diag/messages.h"

namespace tcp_lifecycle {
namespace {

std::vector<size_t> PayloadSizes(NetlinkMessages& messages) {
  std::vector<size_t> sizes;
  for (NetlinkMessage message; messages.Next(message);) sizes.push_back(message.payload.size());
  return sizes;
}

TEST(NetlinkMessages, SplitsADatagramAtThePaddedLengths) {
  const Bytes datagram = Message(Bytes(5)) + Message(Bytes(8)) + Done();
  NetlinkMessages messages(datagram);
  EXPECT_EQ(PayloadSizes(messages), (std::vector<size_t>{5, 8, 4}));
  EXPECT_TRUE(messages.status().ok());
}

TEST(NetlinkMessages, LastMessageMayLackItsPadding) {
  Bytes datagram = Message(Bytes(5));
  datagram.resize(sizeof(nlmsghdr) + 5);
  NetlinkMessages messages(datagram);
  EXPECT_EQ(PayloadSizes(messages), (std::vector<size_t>{5}));
  EXPECT_TRUE(messages.status().ok());
}

TEST(NetlinkMessages, OneWithoutAPayloadIsWhole) {
  const Bytes datagram = Message({});
  NetlinkMessages messages(datagram);
  EXPECT_EQ(PayloadSizes(messages), (std::vector<size_t>{0}));
  EXPECT_TRUE(messages.status().ok()) << messages.status();
}

TEST(NetlinkMessages, LessThanAHeaderIsDataLoss) {
  const Bytes datagram = Message(Bytes(4)) + Bytes(15);
  NetlinkMessages messages(datagram);
  EXPECT_EQ(PayloadSizes(messages), (std::vector<size_t>{4}));
  EXPECT_EQ(messages.status(),
            absl::DataLossError("15 bytes where a netlink header of 16 was expected"));
}

TEST(NetlinkMessages, LengthShorterThanItsHeaderIsDataLoss) {
  const Bytes datagram = Header(15);
  NetlinkMessages messages(datagram);
  EXPECT_EQ(PayloadSizes(messages), std::vector<size_t>{});
  EXPECT_EQ(messages.status(), absl::DataLossError("netlink message of type 18 says it has 15 of "
                                                   "the 16 bytes there are"));
}

TEST(NetlinkMessages, LengthBeyondTheDatagramIsDataLoss) {
  const Bytes datagram = Header(17);
  NetlinkMessages messages(datagram);
  EXPECT_EQ(PayloadSizes(messages), std::vector<size_t>{});
  EXPECT_EQ(messages.status().code(), absl::StatusCode::kDataLoss);
}

TEST(NetlinkAttributes, LeavesTheNestedFlagOutOfTheType) {
  const Bytes bytes = Attribute(NLA_F_NESTED | 3, Bytes(2));
  NetlinkAttributes attributes(bytes);
  NetlinkAttribute attribute;
  ASSERT_TRUE(attributes.Next(attribute));
  EXPECT_EQ(attribute.type, 3);
  EXPECT_EQ(attribute.value.size(), 2u);
  EXPECT_FALSE(attributes.Next(attribute));
  EXPECT_TRUE(attributes.whole());
}

TEST(NetlinkAttributes, StopsAtALengthThatLies) {
  for (const uint16_t lie : std::array<uint16_t, 4>{0, 3, 9, 65535}) {
    const Bytes bytes =
        Attribute(1, Bytes(4)) + BytesOf(nlattr{.nla_len = lie, .nla_type = 2}) + Bytes(4);
    NetlinkAttributes attributes(bytes);
    NetlinkAttribute attribute;
    EXPECT_TRUE(attributes.Next(attribute));
    EXPECT_FALSE(attributes.Next(attribute)) << lie;
    EXPECT_FALSE(attributes.whole()) << lie;
  }
}

TEST(NetlinkAttributes, OneWithoutAValueIsWhole) {
  const Bytes bytes = Attribute(3, Bytes());
  NetlinkAttributes attributes(bytes);
  NetlinkAttribute attribute;
  EXPECT_TRUE(attributes.Next(attribute));
  EXPECT_TRUE(attribute.value.empty());
  EXPECT_FALSE(attributes.Next(attribute));
  EXPECT_TRUE(attributes.whole());
}

TEST(NetlinkAttributes, HalfAHeaderAtTheEndIsNotWhole) {
  const Bytes bytes(3);
  NetlinkAttributes attributes(bytes);
  NetlinkAttribute attribute;
  EXPECT_FALSE(attributes.Next(attribute));
  EXPECT_FALSE(attributes.whole());
}

TEST(DecodeResult, NamesTheKernelsError) {
  const absl::Status status = DecodeResult(BytesOf(int32_t{-ENOENT}));
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(status.message(), "the kernel answers: No such file or directory");
}

TEST(DecodeResult, NumberThatIsNoErrorOfTheKernelsIsAnErrorToo) {
  for (const int32_t code : {5, -100'000, std::numeric_limits<int32_t>::min()}) {
    EXPECT_FALSE(DecodeResult(BytesOf(code)).ok()) << code;
  }
}

TEST(DecodeResult, ZeroOrNoCodeIsSuccess) {
  EXPECT_TRUE(DecodeResult(BytesOf(int32_t{0})).ok());
  EXPECT_TRUE(DecodeResult({}).ok());
}

}  // namespace
}  // namespace tcp_lifecycle
