#include "collectors/kernel/namespaces/occupancy.h"

#include <gtest/gtest.h>

namespace tcp_lifecycle {
namespace {

// Linux 6.18.
constexpr absl::string_view kEmpty =
    "sockets: used 0\n"
    "TCP: inuse 0 orphan 0 tw 0 alloc 4 mem 0\n"
    "UDP: inuse 0 mem 0\n";
constexpr absl::string_view kNoIpv6Sockets = "TCP6: inuse 0\nUDP6: inuse 0\n";

TEST(StatesPossibleTest, NoneWhereThereIsNoSocketAtAll) {
  EXPECT_EQ(StatesPossible(kEmpty, kNoIpv6Sockets), TcpStateSet{});
  EXPECT_EQ(StatesPossible(kEmpty, ""), TcpStateSet{});
}

TEST(StatesPossibleTest, ASocketOfAnyKindMayBeBound) {
  EXPECT_EQ(StatesPossible("sockets: used 1\nTCP: inuse 0 orphan 0 tw 0\n", kNoIpv6Sockets),
            TcpStateSet{TcpState::kBoundInactive});
}

TEST(StatesPossibleTest, AllWhereTcpIsInUse) {
  EXPECT_EQ(StatesPossible("sockets: used 1\nTCP: inuse 1 orphan 0 tw 0\n", kNoIpv6Sockets),
            TcpStateSet::All());
}

TEST(StatesPossibleTest, TimeWaitIsNoSocketInUse) {
  EXPECT_EQ(StatesPossible("sockets: used 0\nTCP: inuse 0 orphan 0 tw 1\n", kNoIpv6Sockets),
            TcpStateSet::All());
}

TEST(StatesPossibleTest, Ipv6SocketsAreInAFileOfTheirOwn) {
  EXPECT_EQ(StatesPossible("sockets: used 1\nTCP: inuse 0 orphan 0 tw 0\n", "TCP6: inuse 1\n"),
            TcpStateSet::All());
}

TEST(StatesPossibleTest, AllWhereACountIsMissing) {
  for (const absl::string_view broken :
       {"", "sockets: used 0\n", "TCP: inuse 0 orphan 0 tw\n",
        "sockets: used 0\nTCP: inuse x tw 0\n", "sockets: used 0\nTCP: inuse 0 orphan 0\n"}) {
    EXPECT_EQ(StatesPossible(broken, kNoIpv6Sockets), TcpStateSet::All()) << broken;
  }
  EXPECT_EQ(StatesPossible(kEmpty, "UDP6: inuse 0\n"), TcpStateSet::All());
  EXPECT_EQ(StatesPossible("TCP: inuse 0 orphan 0 tw 0\n", ""),
            TcpStateSet{TcpState::kBoundInactive});
}

}  // namespace
}  // namespace tcp_lifecycle
