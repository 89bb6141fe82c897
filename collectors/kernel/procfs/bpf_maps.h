// How much kernel memory the exporter's own BPF maps take, from /proc/self/fdinfo.
#pragma once

#include <cstdint>
#include <optional>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "collectors/kernel/procfs/proc_files.h"

namespace tcp_lifecycle {

// The bytes on the line `memlock:` of a map's fdinfo; nullopt where it has none.
std::optional<uint64_t> ParseMemlockBytes(absl::string_view fdinfo);

// Sum over all maps that this process has open. NotFound where it has none; DataLoss where one does
// not say.
absl::StatusOr<uint64_t> ReadBpfMapBytes(const ProcFiles& files);

}  // namespace tcp_lifecycle
