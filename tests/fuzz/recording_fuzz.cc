// Any bytes as a file of a recording: as the dump of listeners, as that of all others, as `about`.
#include <cstdint>
#include <memory>
#include <string>

#include "collectors/kernel/replay/about.h"
#include "collectors/kernel/replay/replay_channel.h"
#include "collectors/kernel/sock_diag/sock_diag_source.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace tcp_lifecycle;
  const std::string file(reinterpret_cast<const char*>(data), size);
  (void)ParseAbout(file);
  ReplayChannel::Dumps dumps;
  for (const char* name : {"listen", "rest"}) {
    absl::StatusOr<RecordedDump> dump = RecordedDump::Parse(file);
    if (!dump.ok()) return 0;
    dumps.emplace(name, *std::move(dump));
  }
  SockDiagSource source(std::make_unique<ReplayChannel>(std::move(dumps)), "6.18.0");
  SocketVisitor nobody;
  (void)source.ForEach({}, Deadline::After(std::chrono::hours(1)), nobody);
  return 0;
}
