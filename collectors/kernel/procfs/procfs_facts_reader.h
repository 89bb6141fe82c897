// Reads the small facts of the reader's own namespace from /proc/net and /proc/sys, once a scrape.
// What it is made of serves readers of other namespaces as well.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "collectors/kernel/procfs/proc_files.h"
#include "collectors/model/facts.h"

namespace tcp_lifecycle {

struct Settings {
  Sysctls sysctls;
  absl::StatusOr<EphemeralPorts> ephemeral_ports = absl::NotFoundError("not read");
  absl::StatusOr<SocketMemoryLimit> socket_memory_limit = absl::NotFoundError("not read");
  bool may_reuse_fin_wait2 = false;  // NamespaceFacts has it
};

// Those of `wanted`, in the calling thread's namespace, as /proc/sys/net always is. Each error
// names its file: NotFound or PermissionDenied with the whole path, DataLoss with the offending
// text. A sysctl that is absent is no error.
Settings ReadSettings(const ProcFiles& files, FactSet wanted);
// `paths`: of files like net/snmp and net/netstat. One that is absent is no error, unless all are.
TcpCounters ReadCounters(const ProcFiles& files, const std::vector<std::string>& paths);

// NamespaceFacts::tcp_in_use. `net`: where sockstat and sockstat6 are; an absent sockstat6 is IPv6
// turned off.
std::optional<uint64_t> ReadTcpInUse(const ProcFiles& files, absl::string_view net);

class ProcfsFactsReader : public FactsReader {
 public:
  // A live /proc, whose net/ and sys/net/ are always the reader's own, or a recorded one.
  explicit ProcfsFactsReader(ProcFiles files) : files_(std::move(files)) {}

  NamespaceFacts Read(const WatchedNetns& ns, const Deadline& deadline) override;
  std::optional<uint64_t> AllocatedSockets() override;

 private:
  ProcFiles files_;
};

}  // namespace tcp_lifecycle
