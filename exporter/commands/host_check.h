// What the command `check` prints about a host: made of what exporter/commands/check.cc found out.
// Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "collectors/kernel/bpf/kernel_forms.h"
#include "collectors/kernel/bpf/reader_check.h"

namespace tcp_lifecycle {

struct HostFacts {
  struct Reader {
    std::string name;
    absl::Status status;  // OK: it reads sockets here
    bool by_bpf = false;
  };

  std::string exporter;  // its version and build
  std::string kernel;    // release and architecture
  absl::Status btf;      // OK: the kernel has type information
  std::vector<KernelForm> forms;
  absl::StatusOr<uint64_t> capabilities = 0;
  absl::Status bpf_allowed;         // OK: this build, the flags and the rights allow BPF
  std::vector<Reader> readers;      // the best first
  absl::Status failed_connections;  // OK: BPF counts them
  // The best reader's check, where that reader uses BPF and works.
  std::optional<absl::StatusOr<ReaderCheck>> self_check;
  size_t namespaces = 0;           // besides the exporter's own
  size_t namespaces_read = 0;      // of them: could be entered
  absl::Status namespaces_status;  // why not all, or why some may be unknown
};

// What `auto` chooses; null where nothing works.
const HostFacts::Reader* ReaderOf(const HostFacts& facts);

// Lines of a name and its text, to be pasted into a bug report.
std::string ToText(const HostFacts& facts);

// 0: the best reader that these rights allow works, and agrees with sock_diag; else 1.
int ExitStatusOf(const HostFacts& facts);

}  // namespace tcp_lifecycle
