#include "collectors/kernel/procfs/snmp.h"

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "tests/unit/collectors/kernel/procfs/status_matchers.h"

namespace tcp_lifecycle {
namespace {

using absl::StatusCode;

absl::StatusOr<TcpCounters> Parse(absl::string_view text) {
  TcpCounters counters;
  if (absl::Status status = ParseSnmp(text, counters); !status.ok()) return status;
  return counters;
}

TEST(SnmpTest, ReadsSnmpByName) {
  const TcpCounters counters =
      Parse(
          "Ip: Forwarding DefaultTTL\n"
          "Ip: 2 64\n"
          "Tcp: RtoAlgorithm RtoMin RtoMax MaxConn ActiveOpens PassiveOpens AttemptFails "
          "EstabResets CurrEstab InSegs OutSegs RetransSegs InErrs OutRsts InCsumErrors\n"
          "Tcp: 1 200 120000 -1 16 2 3 4 5 3639 1945 6 7 8 9\n")
          .value();
  EXPECT_EQ(counters[TcpCounter::kActiveOpens], 16u);
  EXPECT_EQ(counters[TcpCounter::kPassiveOpens], 2u);
  EXPECT_EQ(counters[TcpCounter::kAttemptFails], 3u);
  EXPECT_EQ(counters[TcpCounter::kEstabResets], 4u);
  EXPECT_EQ(counters[TcpCounter::kRetransSegs], 6u);
  EXPECT_EQ(counters[TcpCounter::kListenDrops], std::nullopt);
}

TEST(SnmpTest, ReadsNetstatByName) {
  const TcpCounters counters = Parse(
                                   "TcpExt: ListenDrops TW NewInLinux99 TWRecycled\n"
                                   "TcpExt: 9223372036854775807 14 x 7\n"
                                   "IpExt: InNoRoutes\n"
                                   "IpExt: 0\n")
                                   .value();
  EXPECT_EQ(counters[TcpCounter::kListenDrops], 9223372036854775807u);
  EXPECT_EQ(counters[TcpCounter::kTimeWaitCounted], 14u);
  EXPECT_EQ(counters[TcpCounter::kTimeWaitReused], 7u);
  EXPECT_EQ(counters[TcpCounter::kTimeWaitKilled], std::nullopt);
}

TEST(SnmpTest, FindsEveryCounterOfTheModel) {
  for (size_t i = 0; i < kTcpCounterCount; ++i) {
    const auto& [id, protocol, name, meaning] = kTcpCounterTable[i];
    const TcpCounters counters =
        Parse(absl::StrCat(protocol, ": x ", name, "\n", protocol, ": 0 7\n")).value();
    EXPECT_EQ(counters[static_cast<TcpCounter>(i)], 7u) << name;
  }
}

TEST(SnmpTest, SameNameOfAnotherProtocolIsAnother) {
  const TcpCounters counters = Parse("MPTcpExt: TW\nMPTcpExt: 1\nTcp: TW\nTcp: 2\n").value();
  EXPECT_EQ(counters[TcpCounter::kTimeWaitCounted], std::nullopt);
}

TEST(SnmpTest, OtherProtocolsMayHaveAnotherForm) {
  const auto counters =
      Parse("Icmp: InMsgs InErrors\nIcmp: 1\nTcp: ActiveOpens\nTcp: 6\nUdp: InDatagrams\n");
  ASSERT_TRUE(counters.ok()) << counters.status();
  EXPECT_EQ((*counters)[TcpCounter::kActiveOpens], 6u);
}

TEST(SnmpTest, KeepsTheCountersOfTheOtherFile) {
  TcpCounters counters;
  counters[TcpCounter::kActiveOpens] = 5;
  ASSERT_TRUE(ParseSnmp("TcpExt: TW\nTcpExt: 1\n", counters).ok());
  EXPECT_EQ(counters[TcpCounter::kActiveOpens], 5u);
  EXPECT_EQ(counters[TcpCounter::kTimeWaitCounted], 1u);
}

TEST(SnmpTest, EmptyFileTellsNothing) { EXPECT_TRUE(Parse("").ok()); }

TEST(SnmpTest, OtherNumberOfValuesThanNamesIsDataLoss) {
  EXPECT_THAT(Parse("Tcp: InSegs OutSegs\nTcp: 1\n"),
              FailsWith(StatusCode::kDataLoss, "Tcp: no value for \"OutSegs\""));
  EXPECT_THAT(Parse("Tcp: InSegs\nTcp: 1 2\n"),
              FailsWith(StatusCode::kDataLoss, "Tcp: no name for \"2\""));
}

TEST(SnmpTest, AMissingValueLeavesNoCounterWithItsNeighboursValue) {
  TcpCounters counters;
  EXPECT_FALSE(ParseSnmp("TcpExt: SyncookiesSent TW TWRecycled\nTcpExt: 5 6\n", counters).ok());
  EXPECT_EQ(counters[TcpCounter::kSyncookiesSent], std::nullopt);
  EXPECT_EQ(counters[TcpCounter::kTimeWaitCounted], std::nullopt);
}

TEST(SnmpTest, NamesWithoutTheirValuesAreDataLoss) {
  for (const char* text : {"Tcp: InSegs", "Tcp: InSegs\n", "Tcp: InSegs\nUdp: 1\n"}) {
    EXPECT_THAT(Parse(text),
                FailsWith(StatusCode::kDataLoss, "no values after the names of \"Tcp\""))
        << text;
  }
}

TEST(SnmpTest, CounterThatIsNoNumberIsDataLoss) {
  for (const char* value : {"x", "-", "1x", "99999999999999999999"}) {
    EXPECT_THAT(Parse(absl::StrCat("TcpExt: TW\nTcpExt: ", value, "\n")),
                FailsWith(StatusCode::kDataLoss, absl::StrCat("TcpExt TW \"", value, "\"")));
  }
}

TEST(SnmpTest, ACounterBelowZeroCostsItselfAlone) {
  for (const char* below : {"-1", "18446744073709551615"}) {
    TcpCounters counters;
    const absl::Status status =
        ParseSnmp(absl::StrCat("Tcp: EstabResets ActiveOpens\nTcp: ", below, " 7\n"), counters);
    EXPECT_TRUE(status.ok()) << status;
    EXPECT_EQ(counters[TcpCounter::kEstabResets], std::nullopt) << below;
    EXPECT_EQ(counters[TcpCounter::kActiveOpens], 7u);
  }
}

}  // namespace
}  // namespace tcp_lifecycle
