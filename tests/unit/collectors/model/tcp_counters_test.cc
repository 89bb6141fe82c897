#include "collectors/model/tcp_counters.h"

#include <gtest/gtest.h>

#include <map>

namespace tcp_lifecycle {
namespace {

// By the kernel's names: a row whose words belong to another one is found.
TEST(TcpCounterTableTest, EachCounterSaysWhatItCounts) {
  const std::map<absl::string_view, absl::string_view> meanings = {
      {"ActiveOpens", "connections opened from here"},
      {"PassiveOpens", "connections accepted here"},
      {"AttemptFails", "attempts to connect that failed"},
      {"EstabResets", "connections reset"},
      {"RetransSegs", "segments sent again"},
      {"TCPSynRetrans", "SYNs sent again"},
      {"TW", "sockets counted into TIME_WAIT"},
      {"TWRecycled", "TIME_WAIT ports taken over by connect()"},
      {"TWKilled", "TIME_WAIT of a few seconds only"},
      {"TCPTimeWaitOverflow", "TIME_WAIT refused: tcp_max_tw_buckets is reached"},
      {"TCPKeepAlive", "keepalive probes sent"},
      {"ListenOverflows", "handshake segments dropped: the accept queue was full"},
      {"ListenDrops", "handshake segments dropped by listeners, for any reason"},
      {"TCPAbortOnData", "connections aborted: data came after the close"},
      {"TCPAbortOnClose", "connections aborted: closed with data unread"},
      {"TCPAbortOnMemory", "connections aborted: out of socket memory"},
      {"TCPAbortOnTimeout", "connections aborted: the peer did not answer"},
      {"TCPAbortOnLinger", "connections aborted: the peer did not close in time"},
      {"TCPAbortFailed", "aborts of which the peer was not told"},
      {"PAWSActive", "SYN-ACKs rejected by PAWS, for an old timestamp"},
      {"PAWSEstab", "segments rejected by PAWS, for an old timestamp"},
      {"PAWSTimewait", "SYNs to a TIME_WAIT rejected by PAWS"},
      {"PAWSPassive", "SYNs rejected by PAWS: tcp_tw_recycle"},
      {"SyncookiesSent", "SYN cookies sent"},
      {"SyncookiesRecv", "SYN cookies that came back"},
      {"SyncookiesFailed", "SYN cookies that were wrong"},
      {"TCPReqQFullDoCookies", "SYNs answered with a cookie: the SYN queue is full"},
      {"TCPReqQFullDrop", "SYNs dropped: the SYN queue is full"},
  };
  EXPECT_EQ(meanings.size(), kTcpCounterCount);
  for (const TcpCounterRow& row : kTcpCounterTable) {
    ASSERT_EQ(meanings.count(row.name), 1u) << row.name;
    EXPECT_EQ(row.meaning, meanings.at(row.name)) << row.name;
  }
}

TEST(TcpCounterTableTest, AValueIsThatOfTheKernelsName) {
  const std::map<TcpCounter, absl::string_view> names = {
      {TcpCounter::kActiveOpens, "ActiveOpens"},
      {TcpCounter::kPassiveOpens, "PassiveOpens"},
      {TcpCounter::kAttemptFails, "AttemptFails"},
      {TcpCounter::kEstabResets, "EstabResets"},
      {TcpCounter::kRetransSegs, "RetransSegs"},
      {TcpCounter::kSynRetrans, "TCPSynRetrans"},
      {TcpCounter::kTimeWaitCounted, "TW"},
      {TcpCounter::kTimeWaitReused, "TWRecycled"},
      {TcpCounter::kTimeWaitKilled, "TWKilled"},
      {TcpCounter::kTimeWaitOverflow, "TCPTimeWaitOverflow"},
      {TcpCounter::kKeepAliveProbes, "TCPKeepAlive"},
      {TcpCounter::kListenOverflows, "ListenOverflows"},
      {TcpCounter::kListenDrops, "ListenDrops"},
      {TcpCounter::kAbortOnData, "TCPAbortOnData"},
      {TcpCounter::kAbortOnClose, "TCPAbortOnClose"},
      {TcpCounter::kAbortOnMemory, "TCPAbortOnMemory"},
      {TcpCounter::kAbortOnTimeout, "TCPAbortOnTimeout"},
      {TcpCounter::kAbortOnLinger, "TCPAbortOnLinger"},
      {TcpCounter::kAbortFailed, "TCPAbortFailed"},
      {TcpCounter::kPawsActive, "PAWSActive"},
      {TcpCounter::kPawsEstablished, "PAWSEstab"},
      {TcpCounter::kPawsTimeWait, "PAWSTimewait"},
      {TcpCounter::kPawsPassive, "PAWSPassive"},
      {TcpCounter::kSyncookiesSent, "SyncookiesSent"},
      {TcpCounter::kSyncookiesReceived, "SyncookiesRecv"},
      {TcpCounter::kSyncookiesFailed, "SyncookiesFailed"},
      {TcpCounter::kRequestQueueFullCookies, "TCPReqQFullDoCookies"},
      {TcpCounter::kRequestQueueFullDrop, "TCPReqQFullDrop"},
  };
  EXPECT_EQ(names.size(), kTcpCounterCount);
  for (const TcpCounterRow& row : kTcpCounterTable) EXPECT_EQ(row.name, names.at(row.id));
}

TEST(TcpCountersTest, AreUnknownUntilTheyAreSet) {
  TcpCounters counters;
  for (size_t i = 0; i < kTcpCounterCount; ++i) {
    EXPECT_EQ(counters[static_cast<TcpCounter>(i)], std::nullopt);
  }
  counters[TcpCounter::kListenDrops] = 0;
  EXPECT_EQ(counters[TcpCounter::kListenDrops], 0);
  EXPECT_EQ(counters[TcpCounter::kListenOverflows], std::nullopt);
}

}  // namespace
}  // namespace tcp_lifecycle
