#include "exporter/commands/once.h"

#include <cstdlib>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "exporter/assembly/assemble.h"
#include "exporter/commands/standard_output.h"

namespace tcp_lifecycle {
namespace {

absl::Status Failed(absl::string_view what, const std::vector<absl::string_view>& names) {
  if (names.empty()) return absl::OkStatus();
  return absl::UnavailableError(absl::StrCat(what, ": ", absl::StrJoin(names, ", ")));
}

absl::Status FailedCollectors(const ScrapeResult& result) {
  std::vector<absl::string_view> failed;
  for (const CollectorResult& collector : result.collectors) {
    if (!collector.status.ok()) failed.emplace_back(collector.name);
  }
  return Failed("failed collectors", failed);
}

// Besides the own one, whose collectors fail.
absl::Status FailedNamespaces(const ScrapeResult& result) {
  std::vector<absl::string_view> failed;
  for (const NamespaceSnapshot& ns : result.snapshot.namespaces) {
    const Netns& netns = ns.facts.netns;
    if (netns.foreign && !ns.failure().ok()) failed.emplace_back(netns.name);
  }
  return Failed("network namespaces not read", failed);
}

}  // namespace

absl::Status RunOnce(const Options& options, std::vector<std::unique_ptr<const Collector>> all,
                     const Logger& logger) {
  FailureLog failures(logger);
  absl::StatusOr<Pass> pass = MakePass(options, std::move(all), failures, logger);
  if (!pass.ok()) return pass.status();
  Scraper scraper([&](const Deadline& deadline) { return pass->Run(deadline); });
  const absl::StatusOr<Scraper::SharedResult> result =
      scraper.Scrape(Deadline::After(options.scrape_timeout));
  if (!result.ok()) {
    logger.Error("no page", {{"error", result.status().ToString()}});
    if (!StopScraper(scraper)) LeaveStuckPass(logger, EXIT_FAILURE);
    return result.status();
  }
  absl::Status status =
      WriteStandardOutput((*result)->Text([](absl::string_view) { return true; }));
  status.Update(FailedCollectors(**result));
  status.Update(FailedNamespaces(**result));
  return status;
}

}  // namespace tcp_lifecycle
