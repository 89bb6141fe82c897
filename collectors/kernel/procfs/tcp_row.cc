#include "collectors/kernel/procfs/tcp_row.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>
#include <optional>
#include <span>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "collectors/kernel/procfs/number.h"
#include "collectors/kernel/procfs/parse_error.h"
#include "collectors/kernel/tcp_numbers.h"

namespace tcp_lifecycle {
namespace {

constexpr size_t kMaxColumns = 16;

struct Words {
  std::array<absl::string_view, kMaxColumns> at;
  size_t count = 0;
};

// The first words of `line`, up to `limit`.
Words SplitWords(absl::string_view line, size_t limit) {
  Words words;
  size_t begin = line.find_first_not_of(' ');
  while (words.count < limit && begin != absl::string_view::npos) {
    const size_t end = line.find(' ', begin);
    words.at[words.count++] = line.substr(begin, end - begin);
    begin = line.find_first_not_of(' ', end);
  }
  return words;
}

// HEX:HEX
template <typename First, typename Second>
bool ParseHexPair(absl::string_view text, First& first, Second& second) {
  const size_t colon = text.find(':');
  return colon != absl::string_view::npos && ParseNumber(text.substr(0, colon), first, 16) &&
         ParseNumber(text.substr(colon + 1), second, 16);
}

// The kernel prints each 32-bit word of an address, which it holds in network byte order, as a
// number of its own byte order.
template <size_t kBytes>
bool ParseWords(absl::string_view hex, std::array<uint8_t, kBytes>& bytes) {
  for (size_t i = 0; i < kBytes; i += 4) {
    uint32_t word = 0;
    if (!ParseNumber(hex.substr(2 * i, 8), word, 16)) return false;
    std::memcpy(&bytes[i], &word, sizeof word);
  }
  return true;
}

uint32_t TicksToMs(uint64_t ticks, uint32_t ticks_per_second) {
  constexpr uint64_t kLongestMs = std::numeric_limits<uint32_t>::max();
  if (IsWrapped(ticks)) return 0;  // overdue
  return static_cast<uint32_t>(
      std::min(std::min(ticks, kLongestMs) * 1000 / ticks_per_second, kLongestMs));
}

}  // namespace

bool ParseTcpEndpoint(absl::string_view text, IpAddress& address, uint16_t& port) {
  const size_t colon = text.find(':');
  if (colon == absl::string_view::npos || !ParseNumber(text.substr(colon + 1), port, 16)) {
    return false;
  }
  const absl::string_view hex = text.substr(0, colon);
  if (std::array<uint8_t, 4> v4; hex.size() == 2 * v4.size() && ParseWords(hex, v4)) {
    address = IpAddress::FromV4(v4);
    return true;
  }
  if (std::array<uint8_t, 16> v6; hex.size() == 2 * v6.size() && ParseWords(hex, v6)) {
    address = IpAddress::FromV6(v6);
    return true;
  }
  return false;
}

absl::StatusOr<TcpColumns> ParseTcpHeader(absl::string_view line) {
  TcpColumns columns;
  struct Column {
    absl::string_view name;
    size_t* place;
    bool found = false;
  };
  Column wanted[] = {{"local_address", &columns.local_address},
                     {"remote_address", &columns.remote_address},
                     {"st", &columns.state},
                     {"tx_queue", &columns.queues},
                     {"tr", &columns.timer},
                     {"retrnsmt", &columns.retransmits},
                     {"timeout", &columns.probes},
                     {"inode", &columns.inode}};
  const Words names = SplitWords(line, kMaxColumns);
  size_t word = 0;
  for (absl::string_view name : std::span(names.at).first(names.count)) {
    if (name == "rx_queue" || name == "tm->when") continue;  // in the word before
    if (name == "rem_address") name = "remote_address";      // tcp's word for tcp6's
    for (Column& column : wanted) {
      if (name != column.name) continue;
      *column.place = word;
      column.found = true;
      columns.count = word + 1;
    }
    ++word;
  }
  for (const Column& column : wanted) {
    if (!column.found) return ParseError(absl::StrCat("no column ", column.name, " in"), line);
  }
  return columns;
}

absl::StatusOr<TcpRow> ParseTcpRow(absl::string_view line, const TcpColumns& columns,
                                   uint32_t ticks_per_second) {
  const Words words = SplitWords(line, columns.count);
  if (words.count < columns.count) return ParseError("too few columns in", line);
  const auto bad = [&](absl::string_view what, size_t column) {
    return ParseError(what, words.at[column]);
  };

  TcpRow row;
  Socket& socket = row.socket;
  uint8_t state_number = 0;
  if (!ParseNumber(words.at[columns.state], state_number, 16)) return bad("state", columns.state);
  const std::optional<TcpState> state = StateOf(state_number);
  // The file tells nothing bound-inactive; CLOSE in it is a socket that closed while it was read.
  if (!state.has_value() || *state == TcpState::kBoundInactive) {
    row.unknown_state = true;
    return row;
  }
  socket.state = *state;

  if (!ParseTcpEndpoint(words.at[columns.local_address], socket.local_address, socket.local_port)) {
    return bad("local address", columns.local_address);
  }
  if (!ParseTcpEndpoint(words.at[columns.remote_address], socket.remote_address,
                        socket.remote_port)) {
    return bad("remote address", columns.remote_address);
  }
  socket.family = socket.local_address.family();

  uint32_t tx_queue = 0;
  if (!ParseHexPair(words.at[columns.queues], tx_queue, row.rx_queue)) {
    return bad("queues", columns.queues);
  }

  if (!ParseNumber(words.at[columns.inode], row.inode)) return bad("inode", columns.inode);
  if (IsUnaccepted(*state, row.inode)) socket.flags = kUnaccepted;

  uint8_t timer_number = 0;
  uint64_t ticks = 0;
  if (!ParseHexPair(words.at[columns.timer], timer_number, ticks)) {
    return bad("timer", columns.timer);
  }
  const std::optional<Timer> timer = TimerOf(timer_number, *state, row.inode);
  if (!timer.has_value()) return bad("timer", columns.timer);
  socket.timer = *timer;
  if (*timer != Timer::kNone) socket.remaining_ms = TicksToMs(ticks, ticks_per_second);

  uint32_t retransmits = 0;
  uint32_t probes = 0;
  if (!ParseNumber(words.at[columns.retransmits], retransmits, 16)) {
    return bad("retrnsmt", columns.retransmits);
  }
  if (!ParseNumber(words.at[columns.probes], probes)) return bad("timeout", columns.probes);
  const bool probing = *timer == Timer::kKeepalive || *timer == Timer::kZeroWindow;
  const uint32_t attempts = probing ? probes : *timer == Timer::kRetransmit ? retransmits : 0;
  socket.retransmits = static_cast<uint8_t>(std::min<uint32_t>(attempts, 255));
  return row;
}

}  // namespace tcp_lifecycle
