#include "exporter/cli/options.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <span>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "collectors/base/enum_rows.h"
#include "collectors/base/printable.h"
#include "collectors/model/port_set.h"
#include "collectors/model/reader_names.h"
#include "exporter/cli/flags.h"
#include "exporter/http/handlers.h"
#include "exporter/http/listen_address.h"

namespace tcp_lifecycle {
namespace {

constexpr double kLongestTimeoutSeconds = 3600;
constexpr double kLongestIdleTimeoutSeconds = 86400;
constexpr uint32_t kMostDestinations = 1000;
// Each takes a file descriptor during a scrape.
constexpr uint32_t kMostNamespaces = 512;

template <typename Value>
struct Choice {
  absl::string_view name;
  Value id;
};
constexpr auto kSources =
    std::to_array<Choice<SourceChoice>>({{"auto", SourceChoice::kAuto},
                                         {kBpfReader, SourceChoice::kBpf},
                                         {kBpfProbeReader, SourceChoice::kBpfProbe},
                                         {kSockDiagReader, SourceChoice::kSockDiag},
                                         {kProcfsReader, SourceChoice::kProcfs},
                                         {kReplayReader, SourceChoice::kReplay}});
constexpr auto kLevels = std::to_array<Choice<LogLevel>>({{"debug", LogLevel::kDebug},
                                                          {"info", LogLevel::kInfo},
                                                          {"warn", LogLevel::kWarn},
                                                          {"error", LogLevel::kError}});
constexpr auto kFormats =
    std::to_array<Choice<LogFormat>>({{"logfmt", LogFormat::kLogfmt}, {"json", LogFormat::kJson}});

static_assert(IsTableOf(kSources) && IsTableOf(kLevels) && IsTableOf(kFormats));

absl::Status BadFlag(absl::string_view flag, absl::string_view text, absl::string_view hint) {
  return absl::InvalidArgumentError(
      absl::StrCat(flag, "=\"", absl::Utf8SafeCEscape(text), "\": ", hint));
}

template <typename Value>
absl::string_view NameIn(std::span<const Choice<Value>> choices, Value value) {
  return std::ranges::find(choices, value, &Choice<Value>::id)->name;
}

template <typename Value>
absl::StatusOr<Value> Choose(absl::string_view flag, absl::string_view text,
                             std::span<const Choice<Value>> choices) {
  std::vector<absl::string_view> names;
  for (const Choice<Value>& choice : choices) {
    if (choice.name == text) return choice.id;
    names.push_back(choice.name);
  }
  return BadFlag(flag, text, absl::StrCat("must be one of ", absl::StrJoin(names, ", ")));
}

// Seconds, or with a unit: 10, 10s, 1500ms.
absl::StatusOr<std::chrono::milliseconds> ParseTime(
    absl::string_view flag, absl::string_view text,
    double longest_seconds = kLongestTimeoutSeconds) {
  absl::string_view number = text;
  const double seconds_per_unit = absl::ConsumeSuffix(&number, "ms") ? 1e-3 : 1;
  if (seconds_per_unit == 1) absl::ConsumeSuffix(&number, "s");
  double value = 0;
  const bool decimal = number.find_first_not_of("0123456789.") == absl::string_view::npos;
  if (!decimal || !absl::SimpleAtod(number, &value) || value * seconds_per_unit > longest_seconds) {
    return BadFlag(
        flag, text,
        absl::StrCat("must be a time like 10s, 0.5s or 1500ms, at most ", longest_seconds, "s"));
  }
  return std::chrono::milliseconds(std::llround(value * seconds_per_unit * 1e3));
}

absl::StatusOr<size_t> ParseCount(absl::string_view flag, absl::string_view text, uint32_t least,
                                  uint32_t most) {
  uint32_t count = 0;
  if (absl::SimpleAtoi(text, &count) && count >= least && count <= most) return size_t{count};
  return BadFlag(flag, text, absl::StrCat("must be a whole number from ", least, " to ", most));
}

absl::StatusOr<NetnsSelection> ParseNamespaces(const Flags& flags, const Options& options) {
  constexpr absl::string_view kFlag = "--collector.namespaces";
  NetnsSelection selection;
  absl::StatusOr<size_t> limit =
      ParseCount("--collector.namespaces.limit", flags.namespaces_limit, 1, kMostNamespaces);
  if (!limit.ok()) return limit.status();
  selection.limit = *limit;
  if (flags.namespaces == kNoOtherNamespaces) return selection;
  if (options.source == SourceChoice::kReplay || options.action == Action::kDoctor ||
      options.action == Action::kRecord) {
    return BadFlag(kFlag, flags.namespaces,
                   "must be host with source replay, with --record and with doctor, which have one "
                   "namespace");
  }
  selection.all = flags.namespaces == "all";
  if (selection.all) return selection;
  selection.names = absl::StrSplit(flags.namespaces, ',');
  for (const std::string& name : selection.names) {
    if (name == "all" || !IsPrintable(name) || name != absl::StripAsciiWhitespace(name)) {
      return BadFlag(kFlag, flags.namespaces,
                     "must be host or all alone, or names with commas between them");
    }
  }
  return selection;
}

absl::StatusOr<PortSet> ParsePorts(absl::string_view flag, absl::string_view text) {
  absl::StatusOr<PortSet> ports = ParsePortSet(text);
  if (ports.ok() && !ports->test(0)) return ports;
  return BadFlag(flag, text,
                 "must be ports from 1 to 65535 and ranges of them, as 30000-32767,8443");
}

absl::StatusOr<double> ParseRatio(absl::string_view flag, absl::string_view text) {
  double ratio = 0;
  if (absl::SimpleAtod(text, &ratio) && ratio >= 0 && ratio <= 1) return ratio;
  return BadFlag(flag, text, "must be a number from 0 to 1");
}

absl::Status CheckListenAddresses(const std::vector<std::string>& addresses) {
  for (const std::string& address : addresses) {
    if (absl::StatusOr<HostPort> parsed = ParseHostPort(address); !parsed.ok()) {
      return absl::InvalidArgumentError(
          absl::StrCat("--web.listen-address: ", parsed.status().message()));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<Action> ActionOf(const Flags& flags) {
  if (flags.version) return Action::kVersion;
  std::vector<std::pair<absl::string_view, Action>> wanted;
  if (flags.command == kDoctorCommand) wanted.emplace_back(kDoctorCommand, Action::kDoctor);
  if (flags.command == kCheckCommand) wanted.emplace_back(kCheckCommand, Action::kCheck);
  if (flags.once) wanted.emplace_back("--once", Action::kOnce);
  if (flags.record.has_value()) wanted.emplace_back("--record", Action::kRecord);
  if (flags.print_metrics_md) wanted.emplace_back("--print-metrics-md", Action::kPrintMetricsMd);
  if (flags.json && flags.command != kDoctorCommand) {
    return absl::InvalidArgumentError("--json is for the command doctor only");
  }
  if (flags.record_anonymize && !flags.record.has_value()) {
    return absl::InvalidArgumentError("--record.anonymize is for --record only");
  }
  if (wanted.empty()) return Action::kServe;
  if (wanted.size() == 1) return wanted.front().second;
  return absl::InvalidArgumentError(
      absl::StrCat(wanted[0].first, " and ", wanted[1].first, " cannot be combined"));
}

CollectorNames Collectors(const Flags& flags, const std::vector<std::string>& all) {
  CollectorNames names{all, {}};
  for (const std::string& name : all) {
    if (flags.collectors.at(name).value_or(!flags.disable_defaults)) names.enabled.push_back(name);
  }
  return names;
}

// A path that must not be empty.
absl::Status CheckPath(absl::string_view flag, absl::string_view path,
                       absl::string_view what = "a directory") {
  return path.empty() ? BadFlag(flag, path, absl::StrCat("must name ", what)) : absl::OkStatus();
}

absl::Status CheckPaths(const Flags& flags, SourceChoice source) {
  absl::Status status = CheckPath("--path.procfs", flags.procfs);
  status.Update(CheckPath("--path.run", flags.run_dir));
  if (flags.record.has_value()) status.Update(CheckPath("--record", *flags.record, "a file"));
  constexpr absl::string_view kRecording = "--collector.sockets.recording";
  if (flags.recording.has_value() != (source == SourceChoice::kReplay)) {
    status.Update(absl::InvalidArgumentError(
        absl::StrCat(kRecording, "=FILE and --collector.sockets.source=replay need each other")));
  }
  if (flags.recording.has_value())
    status.Update(CheckPath(kRecording, *flags.recording, "a file or directory"));
  return status;
}

absl::StatusOr<Options> Judge(const Flags& flags, const std::vector<std::string>& collectors) {
  Options options;
  absl::Status status;
  const auto set = [&status](auto& member, auto value) {
    status.Update(value.status());
    if (value.ok()) member = *std::move(value);
  };
  options.listen_addresses = flags.listen_addresses;
  options.telemetry_path = flags.telemetry_path;
  options.collectors = Collectors(flags, collectors);
  options.recording = flags.recording.value_or("");
  options.procfs = flags.procfs;
  options.run_dir = flags.run_dir;
  options.record = flags.record.value_or("");
  options.record_anonymize = flags.record_anonymize;
  options.json = flags.json;

  set(options.action, ActionOf(flags));
  const bool makes_page = options.action == Action::kServe || options.action == Action::kOnce;
  if (makes_page && options.collectors.enabled.empty()) {
    status.Update(absl::InvalidArgumentError(
        "no collector is enabled: name one, as --collector.ports, or leave out "
        "--collector.disable-defaults"));
  }
  status.Update(CheckListenAddresses(flags.listen_addresses));
  if (const absl::Status path = CheckTelemetryPath(flags.telemetry_path); !path.ok()) {
    status.Update(BadFlag("--web.telemetry-path", flags.telemetry_path, path.message()));
  }
  set(options.scrape_timeout, ParseTime("--web.scrape-timeout", flags.scrape_timeout));
  if (options.scrape_timeout <= std::chrono::milliseconds(0)) {
    status.Update(BadFlag("--web.scrape-timeout", flags.scrape_timeout, "must be more than 0"));
  }
  set(options.scrape_timeout_offset,
      ParseTime("--web.scrape-timeout-offset", flags.scrape_timeout_offset));
  set(options.source, Choose<SourceChoice>("--collector.sockets.source", flags.source, kSources));
  options.no_bpf = flags.no_bpf;
  if (options.no_bpf &&
      (options.source == SourceChoice::kBpf || options.source == SourceChoice::kBpfProbe)) {
    status.Update(absl::InvalidArgumentError(absl::StrCat(
        "--no-bpf and --collector.sockets.source=", flags.source, " exclude each other")));
  }
  if (options.action == Action::kCheck && options.source != SourceChoice::kAuto) {
    status.Update(BadFlag("--collector.sockets.source", flags.source,
                          "must be auto with check, which tries each"));
  }
  if (options.action == Action::kRecord && options.source != SourceChoice::kAuto) {
    status.Update(BadFlag("--collector.sockets.source", flags.source,
                          "must be auto with --record, which records what the kernel answers"));
  }
  set(options.namespaces, ParseNamespaces(flags, options));
  set(options.collector_settings.ports.top,
      ParseCount("--collector.ports.top", flags.ports_top, 1, kMostDestinations));
  set(options.collector_settings.ports.min_utilization,
      ParseRatio("--collector.ports.min-utilization", flags.ports_min_utilization));
  std::chrono::milliseconds idle_timeout{};
  set(idle_timeout, ParseTime("--collector.findings.idle-timeout", flags.findings_idle_timeout,
                              kLongestIdleTimeoutSeconds));
  options.collector_settings.findings.idle_timeout_seconds =
      std::chrono::ceil<std::chrono::seconds>(idle_timeout).count();
  if (flags.findings_service_ports.has_value()) {
    set(options.collector_settings.findings.service_ports,
        ParsePorts("--collector.findings.service-ports", *flags.findings_service_ports));
  }
  status.Update(CheckPaths(flags, options.source));
  set(options.log_format, Choose<LogFormat>("--log.format", flags.log_format, kFormats));
  const bool prints = options.action == Action::kOnce || options.action == Action::kDoctor ||
                      options.action == Action::kCheck;
  options.log_level = prints ? LogLevel::kWarn : LogLevel::kInfo;
  if (flags.log_level.has_value()) {
    set(options.log_level, Choose<LogLevel>("--log.level", *flags.log_level, kLevels));
  }
  if (!status.ok()) return status;
  return options;
}

}  // namespace

absl::string_view NameOf(SourceChoice source) { return NameIn<SourceChoice>(kSources, source); }
absl::string_view NameOf(LogFormat format) { return NameIn<LogFormat>(kFormats, format); }

absl::StatusOr<Options> ParseOptions(int argc, const char* const* argv,
                                     const std::vector<std::string>& collectors) {
  const absl::StatusOr<Flags> flags = ReadFlags(argc, argv, collectors);
  if (!flags.ok()) return flags.status();
  if (flags->help.has_value()) {
    Options help;
    help.action = Action::kHelp;
    help.help = *flags->help;
    return help;
  }
  return Judge(*flags, collectors);
}

}  // namespace tcp_lifecycle
