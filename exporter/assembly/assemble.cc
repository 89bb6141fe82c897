#include "exporter/assembly/assemble.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <string>
#include <utility>

#include "exporter/assembly/kernel.h"
#include "exporter/build_info.h"

namespace tcp_lifecycle {
namespace {

// How long a pass in progress may hold up the end of the program.
constexpr std::chrono::seconds kDrainTimeout(5);

}  // namespace

absl::StatusOr<Pass> MakePass(const Options& options,
                              std::vector<std::unique_ptr<const Collector>> all,
                              FailureLog& failures, const Logger& logger) {
  const CollectorFilter enabled(true, options.collectors.enabled);
  std::erase_if(all, [&](const auto& collector) { return !enabled.Wants(collector->Name()); });
  KernelNeeds needs;
  needs.sockets = !StatesOf(all).empty();
  const bool serves = options.action == Action::kServe;
  // A program that ends after one page has seen none.
  needs.connect_events =
      serves && FactsOf(all, Scope::kOwnNamespace).Contains(Fact::kConnectEvents);
  needs.facts_of_others = FactsOf(all, Scope::kEveryNamespace);
  absl::StatusOr<Kernel> kernel = OpenKernel(options, needs, logger);
  if (!kernel.ok()) return kernel.status();
  const BuildInfo build = GetBuildInfo();
  Pass::Parts parts;
  parts.collectors = std::move(all);
  parts.source = std::move(kernel->sockets);
  parts.namespaces = std::move(kernel->namespaces);
  parts.facts = std::move(kernel->facts);
  parts.connect_events = std::move(kernel->connect_events);
  // With --once node_exporter exports its own beside the page, and this process has ended.
  if (serves) parts.process = std::move(kernel->process);
  parts.build = {std::string(build.version), std::string(build.revision),
                 std::string(build.compiler), std::string(build.bpf)};
  parts.on_status = [&failures](absl::string_view part, const absl::Status& status) {
    failures.OnStatus(part, status);
  };
  return Pass(std::move(parts));
}

bool StopScraper(Scraper& scraper) { return scraper.Stop(Deadline::After(kDrainTimeout)); }

void LeaveStuckPass(const Logger& logger, int exit_code) {
  logger.Warn("a pass is stuck in the kernel: leaving without it");
  std::_Exit(exit_code);
}

}  // namespace tcp_lifecycle
