// What the command `check` prints about a host: made of what exporter/check.cc found out. Pure.
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
  };

  std::string exporter;  // its version and build
  std::string kernel;    // release and architecture
  absl::Status btf;      // OK: the kernel has type information
  std::vector<KernelForm> forms;
  uint64_t capabilities = 0;
  bool no_bpf = false;              // --no-bpf: BPF was not tried
  std::vector<Reader> readers;      // the best first
  absl::Status failed_connections;  // OK: BPF counts them
  // Of the best reader, where it is one by BPF and works.
  std::optional<absl::StatusOr<ReaderCheck>> self_check;
  size_t namespaces = 0;           // besides the exporter's own
  size_t namespaces_read = 0;      // of them: could be entered
  absl::Status namespaces_status;  // why not all, or why some may be unknown
};

// What `auto` takes; empty where nothing works.
std::string ReaderOf(const HostFacts& facts);

// Lines of a name and its text, to be pasted into a bug report.
std::string ToText(const HostFacts& facts);

// 0: the best reader that these rights allow works, and agrees with sock_diag; else 1.
int ExitStatusOf(const HostFacts& facts);

}  // namespace tcp_lifecycle
