// What the exporter tells about itself on every page: how each collector, each namespace and the
// socket pass fared, the build, and the standard process_* metrics.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "absl/status/statusor.h"
#include "collectors/metrics/family_set.h"
#include "collectors/model/process.h"
#include "exporter/scrape/scrape_result.h"

namespace tcp_lifecycle {

// Label values of exporter_build_info.
struct BuildLabels {
  std::string version;
  std::string revision;
  std::string compiler;
  std::string bpf;
};

// Every family that DescribeSelf can emit.
std::span<const FamilyDescriptor> SelfFamilies();

// The families of the socket pass are absent where no collector needed one, process_* where
// `process` failed.
void DescribeSelf(const ScrapeResult& result, const absl::StatusOr<ProcessStats>& process,
                  const BuildLabels& build, FamilySet& out);

}  // namespace tcp_lifecycle
