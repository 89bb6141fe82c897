#include "exporter/commands/doctor.h"

#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <thread>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "exporter/assembly/assemble.h"
#include "exporter/assembly/kernel.h"
#include "exporter/build_info.h"
#include "exporter/commands/hostname.h"
#include "exporter/commands/standard_output.h"
#include "exporter/doctor/json.h"
#include "exporter/doctor/report.h"
#include "exporter/doctor/terminal_text.h"

namespace tcp_lifecycle {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds kBetweenSamples(1);

struct Samples {
  Scraper::SharedResult first;
  Scraper::SharedResult second;
  std::optional<double> seconds;
};

absl::StatusOr<Samples> TakeSamples(const Options& options, Scraper& scraper) {
  const auto sample = [&] { return scraper.Scrape(Deadline::After(options.scrape_timeout)); };
  const absl::StatusOr<Scraper::SharedResult> first = sample();
  if (!first.ok()) return first.status();
  if (options.source == SourceChoice::kReplay) return Samples{*first, *first, std::nullopt};
  const Clock::time_point from = Clock::now();
  std::this_thread::sleep_for(kBetweenSamples);
  const absl::StatusOr<Scraper::SharedResult> second = sample();
  if (!second.ok()) return second.status();
  return Samples{*first, *second, std::chrono::duration<double>(Clock::now() - from).count()};
}

absl::StatusOr<SocketOwnersAnswer> FindOwners(const Options& options, const Suspects& suspects) {
  const std::unique_ptr<SocketOwnersReader> reader = OpenSocketOwners(options);
  if (reader == nullptr) return absl::UnimplementedError("a recording does not tell");
  return reader->Read(QuestionsAbout(suspects), Deadline::After(options.scrape_timeout));
}

std::string SubjectOf(const Options& options) {
  if (options.source != SourceChoice::kReplay) return Hostname();
  return absl::StrCat("Recording ", std::filesystem::path(options.recording).filename().string());
}

DoctorReport Examine(const Options& options, const Samples& samples) {
  const Suspects suspects = FindSuspects(samples.first->snapshot.namespaces.front(),
                                         samples.second->snapshot.namespaces.front());
  Programs programs = ProgramsFrom(FindOwners(options, suspects));
  return MakeDoctorReport({.first = *samples.first,
                           .second = *samples.second,
                           .seconds = samples.seconds,
                           .suspects = suspects,
                           .programs = std::move(programs),
                           .subject = SubjectOf(options),
                           .version = std::string(GetBuildInfo().version),
                           .time = absl::Now()});
}

// Whether who reads it wants escape sequences (https://no-color.org).
bool WantsColour() {
  const auto variable = [](const char* name) -> absl::string_view {
    const char* const value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe)
    return value == nullptr ? "" : value;
  };
  return isatty(STDOUT_FILENO) == 1 && variable("NO_COLOR").empty() && variable("TERM") != "dumb";
}

}  // namespace

absl::StatusOr<int> RunDoctor(const Options& options,
                              std::vector<std::unique_ptr<const Collector>> all,
                              const Logger& logger) {
  FailureLog failures(logger);
  // They are what it is about, whatever else runs.
  Options with_findings = options;
  with_findings.collectors.enabled.emplace_back("findings");
  absl::StatusOr<Pass> pass = MakePass(with_findings, std::move(all), failures, logger);
  if (!pass.ok()) return pass.status();
  Scraper scraper([&](const Deadline& deadline) { return pass->Run(deadline); });
  const absl::StatusOr<Samples> samples = TakeSamples(options, scraper);
  if (!samples.ok()) {
    logger.Error("not examined", {{"error", samples.status().ToString()}});
    if (!StopScraper(scraper)) LeaveStuckPass(logger, kDoctorNotExamined);
    return samples.status();
  }
  const DoctorReport report = Examine(options, *samples);
  const absl::Status written =
      WriteStandardOutput(options.json ? ToJson(report) : ToText(report, WantsColour()));
  if (!written.ok()) return written;
  return report.exit_status();
}

}  // namespace tcp_lifecycle
