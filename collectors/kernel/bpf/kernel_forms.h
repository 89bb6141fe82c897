// Which form of each structure that has several (kernel_types.h) the running kernel has.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "collectors/kernel/bpf/kernel_btf.h"

namespace tcp_lifecycle {

struct KernelForm {
  std::string field;  // struct.field
  std::string type;   // struct, pointer, integer or another; "absent" where there is no such field
};

// Those that decide how sockets are read, by the kernel's BTF. NotFound, InvalidArgument: it cannot
// be read. It is parsed whole: tens of MB for as long as the call takes.
absl::StatusOr<std::vector<KernelForm>> KernelForms(const char* path = kKernelBtf);

}  // namespace tcp_lifecycle
