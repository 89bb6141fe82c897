#include "collectors/events.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "tests/unit/builders.h"
#include "tests/unit/collectors/metrics_page.h"

namespace tcp_lifecycle {
namespace {

Page PageWith(const absl::StatusOr<ConnectEvents>& events) {
  Snapshot snapshot = MakeSnapshot();
  snapshot.namespaces[0].facts.connect_events = events;
  return Page(EventsCollector(), snapshot);
}

TEST(EventsTest, EachErrorHasItsName) {
  EXPECT_THAT(kConnectErrorNames,
              ::testing::ElementsAre("EADDRNOTAVAIL", "ECONNREFUSED", "ETIMEDOUT", "ENETUNREACH",
                                     "ECONNRESET", "EHOSTUNREACH", "other"));
  EXPECT_EQ(kConnectErrorNames[static_cast<size_t>(ConnectError::kOther)], "other");
}

TEST(EventsTest, EveryErrorIsThereBeforeTheFirstFailure) {
  const Page page = PageWith(ConnectEvents());
  EXPECT_TRUE(page.status().ok());
  for (const absl::string_view error : kConnectErrorNames) {
    EXPECT_EQ(page[absl::StrCat("connect_failures_total{error=", error, "}")], 0);
  }
  EXPECT_EQ(page["port_exhaustion_total{destination_address=other,destination_port=other}"], 0);
}

TEST(EventsTest, DestinationsAreToldApartAndTheOthersTogether) {
  ConnectEvents events;
  events.failures[static_cast<size_t>(ConnectError::kAddrNotAvail)] = 12;
  events.failures[static_cast<size_t>(ConnectError::kConnRefused)] = 3;
  events.destinations = {{Ip("fd00::1"), 443, 4}, {Ip("10.0.0.2"), 80, 5}};
  events.exhausted_elsewhere = 3;
  const Page page = PageWith(events);
  EXPECT_EQ(page["port_exhaustion_total{destination_address=10.0.0.2,destination_port=80}"], 5);
  EXPECT_EQ(page["port_exhaustion_total{destination_address=fd00::1,destination_port=443}"], 4);
  EXPECT_EQ(page["port_exhaustion_total{destination_address=other,destination_port=other}"], 3);
  EXPECT_EQ(page["connect_failures_total{error=EADDRNOTAVAIL}"], 12);
  EXPECT_EQ(page["connect_failures_total{error=ECONNREFUSED}"], 3);
}

TEST(EventsTest, WhereNobodyCountsThereIsNothingAndNoError) {
  const Page page = PageWith(absl::NotFoundError("not counted"));
  EXPECT_TRUE(page.status().ok());
  EXPECT_EQ(page["connect_failures_total{error=other}"], std::nullopt);
}

TEST(EventsTest, CountersThatCannotBeReadAreAnError) {
  EXPECT_EQ(PageWith(absl::InternalError("map")).status(), absl::InternalError("map"));
}

}  // namespace
}  // namespace tcp_lifecycle
