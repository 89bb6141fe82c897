// A whole /proc/net/tcp: the first line as header, the others as rows.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "collectors/kernel/procfs/tcp_row.h"

namespace tcp_lifecycle {
namespace {

void Check(const TcpRow& row) {
  if (row.unknown_state) return;
  if (row.socket.timer == Timer::kNone && row.socket.remaining_ms != 0) std::abort();
  if (row.socket.family != row.socket.local_address.family()) std::abort();
  const bool may_be_unaccepted =
      row.socket.state == TcpState::kEstablished || row.socket.state == TcpState::kCloseWait;
  if (row.socket.flags == kUnaccepted && !may_be_unaccepted) std::abort();
}

void ReadFile(absl::string_view text) {
  absl::StatusOr<TcpColumns> columns = absl::UnknownError("no header yet");
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    if (!columns.ok()) {
      columns = ParseTcpHeader(line);
      if (!columns.ok()) return;
      continue;
    }
    const absl::StatusOr<TcpRow> row = ParseTcpRow(line, *columns, 100);
    if (row.ok()) Check(*row);
  }
}

}  // namespace
}  // namespace tcp_lifecycle

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  tcp_lifecycle::ReadFile(absl::string_view(reinterpret_cast<const char*>(data), size));
  return 0;
}
