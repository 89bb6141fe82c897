// Rows are those of Linux 6.18 unless a test says otherwise.
#include "collectors/kernel/procfs/tcp_row.h"

#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "tests/unit/collectors/kernel/procfs/status_matchers.h"

namespace tcp_lifecycle {
namespace {

using absl::StatusCode;
using ::testing::HasSubstr;

constexpr absl::string_view kHeader =
    "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout "
    "inode                                                     ";
constexpr absl::string_view kHeader6 =
    "  sl  local_address                         remote_address                        st tx_queue "
    "rx_queue tr tm->when retrnsmt   uid  timeout inode";
constexpr absl::string_view kKeepaliveRow =
    "   3: 0100007F:AE62 0100007F:1F40 01 00000000:00000000 02:0000E8F2 00000000     0        0 "
    "49316 2 00000000f0fc4a2b 20 0 0 10 -1                     ";

absl::StatusOr<TcpRow> Parse(absl::string_view line) {
  return ParseTcpRow(line, ParseTcpHeader(kHeader).value(), 100);
}

// A row with the given end: state, queues, timer, retrnsmt, uid, timeout, inode.
absl::StatusOr<TcpRow> ParseWith(absl::string_view rest) {
  return Parse(absl::StrCat("  11: 0100007F:0016 0200000A:DD74 ", rest));
}

TEST(TcpRowTest, ReadsAnIpv4Row) {
  const Socket socket = Parse(kKeepaliveRow).value().socket;
  EXPECT_EQ(ToString(socket.local_address), "127.0.0.1");
  EXPECT_EQ(socket.local_port, 44642);
  EXPECT_EQ(ToString(socket.remote_address), "127.0.0.1");
  EXPECT_EQ(socket.remote_port, 8000);
  EXPECT_EQ(socket.family, Family::kIpv4);
  EXPECT_EQ(socket.state, TcpState::kEstablished);
  EXPECT_EQ(socket.timer, Timer::kKeepalive);
  EXPECT_EQ(socket.remaining_ms, 596340u);
  EXPECT_EQ(socket.retransmits, 0);
  EXPECT_EQ(socket.flags, 0);
  EXPECT_EQ(socket.role, Role::kUnknown);
}

TEST(TcpRowTest, ReadsAnIpv6Row) {
  const TcpColumns columns = ParseTcpHeader(kHeader6).value();
  const Socket socket =
      ParseTcpRow(
          "   0: B80D0120000000000000000001000000:1F42 00000000000000000000000001000000:CC30 06 "
          "00000000:00000000 03:0000160C 00000000     0        0 0 3 0000000011d4d015",
          columns, 100)
          .value()
          .socket;
  EXPECT_EQ(ToString(socket.local_address), "2001:db8::1");
  EXPECT_EQ(ToString(socket.remote_address), "::1");
  EXPECT_EQ(socket.family, Family::kIpv6);
  EXPECT_EQ(socket.state, TcpState::kTimeWait);
  EXPECT_EQ(socket.timer, Timer::kTimeWait);
  EXPECT_EQ(socket.remaining_ms, 56440u);
}

TEST(TcpRowTest, MappedIpv6RowIsIpv4) {
  const Socket socket =
      Parse(
          "   5: 0000000000000000FFFF00000100007F:1F41 0000000000000000FFFF00000100007F:A05E 01 "
          "00000000:00000000 00:00000000 00000000     0        0 49321 1 000000006d906ba7 20 0")
          .value()
          .socket;
  EXPECT_EQ(socket.family, Family::kIpv4);
  EXPECT_EQ(ToString(socket.local_address), "127.0.0.1");
}

TEST(TcpRowTest, ReceiveQueueOfAListenerIsItsAcceptQueue) {
  const TcpRow row =
      ParseWith("0A 00000000:00000011 00:00000000 00000000     0        0 49313").value();
  EXPECT_EQ(row.socket.state, TcpState::kListen);
  EXPECT_EQ(row.rx_queue, 17u);
}

TEST(TcpRowTest, ReadsEveryState) {
  const struct {
    absl::string_view number;
    TcpState state;
  } states[] = {
      {"01", TcpState::kEstablished}, {"02", TcpState::kSynSent},  {"03", TcpState::kSynRecv},
      {"04", TcpState::kFinWait1},    {"05", TcpState::kFinWait2}, {"06", TcpState::kTimeWait},
      {"08", TcpState::kCloseWait},   {"09", TcpState::kLastAck},  {"0A", TcpState::kListen},
      {"0B", TcpState::kClosing},     {"0C", TcpState::kSynRecv}};
  for (const auto& [number, state] : states) {
    const TcpRow row =
        ParseWith(absl::StrCat(number, " 00000000:00000000 00:00000000 00000000 0 0 7")).value();
    EXPECT_EQ(row.socket.state, state) << number;
    EXPECT_FALSE(row.unknown_state) << number;
  }
}

TEST(TcpRowTest, StateWithoutANameIsUnknownAndNoError) {
  for (const absl::string_view number : {"00", "07", "0D", "FF"}) {
    EXPECT_TRUE(ParseWith(absl::StrCat(number, " 0:0 00:0 0 0 0 7")).value().unknown_state)
        << number;
  }
}

TEST(TcpRowTest, RetransmissionsCountAtTheRetransmitTimer) {
  const Socket socket =
      ParseWith("02 00000001:00000000 01:00000039 0000000B     0        5 49514").value().socket;
  EXPECT_EQ(socket.timer, Timer::kRetransmit);
  EXPECT_EQ(socket.remaining_ms, 570u);
  EXPECT_EQ(socket.retransmits, 11);
}

TEST(TcpRowTest, UnansweredProbesCountAtTheKeepaliveAndZeroWindowTimers) {
  const Socket keepalive = ParseWith("01 0:0 02:10 0000000B 0 5 49514").value().socket;
  EXPECT_EQ(keepalive.timer, Timer::kKeepalive);
  EXPECT_EQ(keepalive.retransmits, 5);
  const Socket zero_window = ParseWith("01 0039B600:0 04:148 0000000B 0 6 49514").value().socket;
  EXPECT_EQ(zero_window.timer, Timer::kZeroWindow);
  EXPECT_EQ(zero_window.retransmits, 6);
}

TEST(TcpRowTest, CountsThatDoNotFitAreTheGreatestThatDo) {
  const Socket socket = ParseWith("02 0:0 01:7FFFFFFFFFFFFFFF 00000100 0 0 49514").value().socket;
  EXPECT_EQ(socket.retransmits, 255);
  EXPECT_EQ(socket.remaining_ms, 0xffffffffu);
}

TEST(TcpRowTest, ATimerThatIsOverdueHasNothingLeft) {
  const Socket socket = ParseWith("02 0:0 01:FFFFFFFFFFFFFFFB 00000001 0 0 49514").value().socket;
  EXPECT_EQ(socket.timer, Timer::kRetransmit);
  EXPECT_EQ(socket.remaining_ms, 0u);
}

TEST(TcpRowTest, TicksAreThoseOfTheSystem) {
  const TcpColumns columns = ParseTcpHeader(kHeader).value();
  EXPECT_EQ(ParseTcpRow(kKeepaliveRow, columns, 1000).value().socket.remaining_ms, 59634u);
}

TEST(TcpRowTest, WithoutATimerNothingRemains) {
  const Socket socket = ParseWith("01 0:0 00:00000020 0000000B 0 5 49514").value().socket;
  EXPECT_EQ(socket.timer, Timer::kNone);
  EXPECT_EQ(socket.remaining_ms, 0u);
  EXPECT_EQ(socket.retransmits, 0);
}

TEST(TcpRowTest, OrphanInFinWait2WaitsForItsPeer) {
  EXPECT_EQ(ParseWith("05 0:0 03:00001603 0 0 0 0").value().socket.timer, Timer::kFinWait2);
  EXPECT_EQ(ParseWith("05 0:0 02:00001603 0 0 0 0").value().socket.timer, Timer::kFinWait2);
}

TEST(TcpRowTest, OwnedSocketInFinWait2MayHaveKeepalive) {
  EXPECT_EQ(ParseWith("05 0:0 02:0000E902 0 0 0 49508").value().socket.timer, Timer::kKeepalive);
}

TEST(TcpRowTest, TheInodeLeadsToTheProgram) {
  EXPECT_EQ(Parse(kKeepaliveRow).value().inode, 49316u);
}

TEST(TcpRowTest, ConnectionWithoutInodeIsUnaccepted) {
  EXPECT_EQ(ParseWith("01 0:0 00:0 0 0 0 0").value().socket.flags, kUnaccepted);
  EXPECT_EQ(ParseWith("08 0:0 00:0 0 0 0 0").value().socket.flags, kUnaccepted);
}

TEST(TcpRowTest, OtherStatesWithoutInodeAreNotUnaccepted) {
  for (const absl::string_view state : {"03", "04", "05", "06", "09", "0B"}) {
    EXPECT_EQ(ParseWith(absl::StrCat(state, " 0:0 00:0 0 0 0 0")).value().socket.flags, 0) << state;
  }
}

TEST(TcpRowTest, ColumnsAreFoundByTheirNames) {
  const TcpColumns columns =
      ParseTcpHeader(
          "inode st new timeout retrnsmt tr tm->when tx_queue rx_queue rem_address "
          "local_address")
          .value();
  const TcpRow row =
      ParseTcpRow("7 0A - 0 0 00:0 0:3 00000000:0000 0100007F:0050", columns, 100).value();
  EXPECT_EQ(row.socket.local_port, 80);
  EXPECT_EQ(row.rx_queue, 3u);
}

TEST(TcpRowTest, HeaderMayHaveMoreColumnsThanAreLookedAt) {
  EXPECT_TRUE(ParseTcpHeader(absl::StrCat(kHeader, " a b c d e f g h i j")).ok());
}

TEST(TcpRowTest, HeaderWithoutANeededColumnIsDataLoss) {
  for (const absl::string_view name :
       {"local_address", "rem_address", "st ", "tx_queue", "tr ", "retrnsmt", "timeout", "inode"}) {
    const std::string header = absl::StrReplaceAll(kHeader, {{name, "x "}});
    EXPECT_THAT(ParseTcpHeader(header), FailsWith(StatusCode::kDataLoss, HasSubstr("no column ")))
        << name;
  }
  EXPECT_THAT(ParseTcpHeader(""),
              FailsWith(StatusCode::kDataLoss, "no column local_address in \"\""));
}

TEST(TcpRowTest, MalformedFieldIsDataLossWithItsText) {
  const struct {
    absl::string_view field, bad, message;
  } cases[] = {
      {" 01 ", " ZZ ", "state \"ZZ\""},
      {" 01 ", " 101 ", "state \"101\""},
      {" 01 ", " 0G ", "state \"0G\""},
      {"0100007F:AE62", "0100007F:1AE62", "local address \"0100007F:1AE62\""},
      {"0100007F:AE62", "0100007FAE62", "local address \"0100007FAE62\""},
      {"0100007F:AE62", "100007F:AE62", "local address \"100007F:AE62\""},
      {"0100007F:AE62", "0100007G:AE62", "local address \"0100007G:AE62\""},
      {"0100007F:1F40", "-100007F:1F40", "remote address \"-100007F:1F40\""},
      {"00000000:00000000", "00000000", "queues \"00000000\""},
      {"00000000:00000000", "0000000G:00000000", "queues \"0000000G:00000000\""},
      {"00000000:00000000", "00000000:0000000G", "queues \"00000000:0000000G\""},
      {"02:0000E8F2", "02:", "timer \"02:\""},
      {"02:0000E8F2", "05:0000E8F2", "timer \"05:0000E8F2\""},
      {" 00000000  ", " -0000001  ", "retrnsmt \"-0000001\""},
      {" 00000000  ", " 0000000G  ", "retrnsmt \"0000000G\""},
      {"        0 49316", "       -1 49316", "timeout \"-1\""},
      {" 49316 ", " inode ", "inode \"inode\""},
  };
  for (const auto& [field, bad, message] : cases) {
    const std::string row = absl::StrReplaceAll(kKeepaliveRow, {{field, bad}});
    EXPECT_THAT(Parse(row), FailsWith(StatusCode::kDataLoss, std::string(message))) << row;
  }
}

TEST(TcpRowTest, RowThatIsCutShortIsDataLoss) {
  EXPECT_THAT(Parse(""), FailsWith(StatusCode::kDataLoss, HasSubstr("too few columns")));
  EXPECT_THAT(Parse(kKeepaliveRow.substr(0, 50)),
              FailsWith(StatusCode::kDataLoss, HasSubstr("too few columns")));
}

}  // namespace
}  // namespace tcp_lifecycle
