// The running kernel's description of its own types and functions (BTF).
#pragma once

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace tcp_lifecycle {

inline constexpr char kKernelBtf[] = "/sys/kernel/btf/vmlinux";

// Whether something in it has this name, such as a kfunc that a program calls. Reads the file piece
// by piece and keeps nothing of it. NotFound: this kernel has none (CONFIG_DEBUG_INFO_BTF).
absl::StatusOr<bool> KernelBtfNames(absl::string_view name, const char* path = kKernelBtf);

}  // namespace tcp_lifecycle
