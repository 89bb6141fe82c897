#include "collectors/kernel/bpf/connect_events_reader.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <cstring>

namespace tcp_lifecycle {
namespace {

uint64_t Failures(const ConnectEvents& events, ConnectError error) {
  return events.failures[static_cast<size_t>(error)];
}

TEST(ConnectEventsTest, ErrorsWithoutANameAreAddedUp) {
  ConnectEvents events;
  AddCounter(WireFailure{ECONNREFUSED}, 5, events);
  AddCounter(WireFailure{EHOSTUNREACH}, 6, events);
  AddCounter(WireFailure{EPROTO}, 1, events);
  AddCounter(WireFailure{ENOBUFS}, 2, events);
  EXPECT_EQ(Failures(events, ConnectError::kConnRefused), 5u);
  EXPECT_EQ(Failures(events, ConnectError::kHostUnreach), 6u);
  EXPECT_EQ(Failures(events, ConnectError::kOther), 3u);
  EXPECT_EQ(events.exhausted_elsewhere, 0u);
}

TEST(ConnectEventsTest, ADestinationBeyondTheToldOnesIsNoErrorOfItsOwn) {
  ConnectEvents events;
  AddCounter(WireFailure{EADDRNOTAVAIL}, 5, events);
  AddCounter(WireFailure{kWireElsewhere}, 2, events);
  EXPECT_EQ(Failures(events, ConnectError::kAddrNotAvail), 5u);
  EXPECT_EQ(Failures(events, ConnectError::kOther), 0u);
  EXPECT_EQ(events.exhausted_elsewhere, 2u);
}

TEST(ConnectEventsTest, DestinationsOfBothFamilies) {
  ConnectEvents events;
  WireDestination destination = {};
  inet_pton(AF_INET6, "::ffff:10.0.0.2", destination.address);
  destination.port = htons(443);
  AddCounter(destination, 5, events);
  inet_pton(AF_INET6, "fd00::1", destination.address);
  AddCounter(destination, 6, events);
  ASSERT_EQ(events.destinations.size(), 2u);
  EXPECT_EQ(EndpointText(events.destinations[0].address, events.destinations[0].port),
            "10.0.0.2:443");
  EXPECT_EQ(events.destinations[0].exhausted, 5u);
  EXPECT_EQ(ToString(events.destinations[1].address), "fd00::1");
}

}  // namespace
}  // namespace tcp_lifecycle
