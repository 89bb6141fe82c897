// Which build this is, for --version, the log and exporter_build_info. CMake generates the source,
// with the git revision as of the build (build_info.cmake).
#pragma once

#include <string>

#include "absl/strings/string_view.h"

namespace tcp_lifecycle {

struct BuildInfo {
  absl::string_view version;
  absl::string_view revision;  // `unknown` outside a git work tree, unless a packager gave one
  absl::string_view branch;
  absl::string_view compiler;
  absl::string_view platform;
  absl::string_view bpf;  // whether it can read sockets by BPF: yes, no
};

BuildInfo GetBuildInfo();

// As other exporters print it (promu's format), several lines.
std::string VersionText(const BuildInfo& build);

}  // namespace tcp_lifecycle
