#include "exporter/build_info.h"

#include "absl/strings/str_cat.h"

namespace tcp_lifecycle {

std::string VersionText(const BuildInfo& build) {
  return absl::StrCat("tcp_lifecycle_exporter, version ", build.version, " (branch: ", build.branch,
                      ", revision: ", build.revision, ")\n  compiler:         ", build.compiler,
                      "\n  platform:         ", build.platform, "\n  bpf:              ", build.bpf,
                      "\n");
}

}  // namespace tcp_lifecycle
