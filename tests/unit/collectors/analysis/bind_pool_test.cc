#include "collectors/analysis/bind_pool.h"

#include <gtest/gtest.h>

#include "tests/unit/builders.h"

namespace tcp_lifecycle {
namespace {

PortSet TenPorts() {
  PortSet ports;
  for (int port = 40000; port < 40010; ++port) ports[port] = true;
  return ports;
}

void Hold(BindPool& pool, const std::string& address, uint16_t port, uint16_t flags = 0) {
  Socket socket = MakeSocket(TcpState::kEstablished, address, port, "10.0.0.2", 443);
  socket.flags = flags;
  pool.Add(socket);
}

uint32_t FreeOf(const BindPool& pool, const std::string& address) {
  for (const BindSource& source : pool.Fullest(TenPorts(), BindPool::kMaxSources)) {
    if (source.address == Ip(address)) return source.free;
  }
  ADD_FAILURE() << address << " is not there";
  return 0;
}

TEST(BindPoolTest, APortIsHeldOnceWhateverTheDestinations) {
  BindPool pool;
  Hold(pool, "10.0.0.1", 40000);
  Hold(pool, "10.0.0.1", 40000);
  Hold(pool, "10.0.0.1", 40001);
  Hold(pool, "10.0.0.9", 40002);
  EXPECT_EQ(FreeOf(pool, "10.0.0.1"), 8);
  EXPECT_EQ(FreeOf(pool, "10.0.0.9"), 9);
}

TEST(BindPoolTest, AWildcardHoldsThePortForEverySource) {
  BindPool pool;
  Hold(pool, "10.0.0.1", 40000);
  Hold(pool, "2001:db8::1", 40000);
  Hold(pool, "0.0.0.0", 40001);
  EXPECT_EQ(FreeOf(pool, "10.0.0.1"), 8);
  EXPECT_EQ(FreeOf(pool, "2001:db8::1"), 9);
  Hold(pool, "::", 40002);
  EXPECT_EQ(FreeOf(pool, "10.0.0.1"), 7);
  EXPECT_EQ(FreeOf(pool, "2001:db8::1"), 8);
  Hold(pool, "::", 40003, kV6Only);
  EXPECT_EQ(FreeOf(pool, "10.0.0.1"), 7);
  EXPECT_EQ(FreeOf(pool, "2001:db8::1"), 7);
}

TEST(BindPoolTest, TheFullestSourcesComeFirst) {
  BindPool pool;
  Hold(pool, "10.0.0.3", 40000);
  Hold(pool, "10.0.0.2", 40000);
  Hold(pool, "10.0.0.1", 40000);
  Hold(pool, "10.0.0.1", 40001);
  const std::vector<BindSource> sources = pool.Fullest(TenPorts(), 2);
  ASSERT_EQ(sources.size(), 2u);
  EXPECT_EQ(sources[0].address, Ip("10.0.0.1"));
  EXPECT_EQ(sources[1].address, Ip("10.0.0.2"));
}

TEST(BindPoolTest, BeyondTheBoundNewSourcesAreNotKept) {
  BindPool pool;
  for (size_t i = 0; i <= BindPool::kMaxSources; ++i) {
    Hold(pool, "10.0.1." + std::to_string(i), 40000);
  }
  EXPECT_EQ(pool.Fullest(TenPorts(), 1000).size(), BindPool::kMaxSources);
}

}  // namespace
}  // namespace tcp_lifecycle
