#include "exporter/options.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <optional>
#include <span>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "exporter/http/listen_address.h"

namespace tcp_lifecycle {
namespace {

constexpr size_t kHelpColumns = 100;
constexpr size_t kHelpTextColumn = 42;
constexpr double kLongestTimeoutSeconds = 3600;

template <typename Value>
struct Choice {
  absl::string_view name;
  Value value;
};
constexpr std::array<Choice<SourceChoice>, 4> kSources = {{{"auto", SourceChoice::kAuto},
                                                           {"sock_diag", SourceChoice::kSockDiag},
                                                           {"procfs", SourceChoice::kProcfs},
                                                           {"replay", SourceChoice::kReplay}}};
constexpr std::array<Choice<LogLevel>, 4> kLevels = {{{"debug", LogLevel::kDebug},
                                                      {"info", LogLevel::kInfo},
                                                      {"warn", LogLevel::kWarn},
                                                      {"error", LogLevel::kError}}};
constexpr std::array<Choice<LogFormat>, 2> kFormats = {
    {{"logfmt", LogFormat::kLogfmt}, {"json", LogFormat::kJson}}};

// The flags as they were typed, before anything is judged.
struct RawOptions {
  std::vector<std::string> listen_addresses = {":10460"};
  std::string telemetry_path = "/metrics";
  std::string scrape_timeout = "10s";
  std::string scrape_timeout_offset = "0.5s";
  std::map<std::string, std::optional<bool>> collectors;
  bool disable_defaults = false;
  std::string source = "auto";
  std::string replay_dir;
  std::string procfs = "/proc";
  std::string record_dir;
  std::string log_level;
  std::string log_format = "logfmt";
  bool once = false;
  bool print_metrics_md = false;
  bool version = false;
};

// Flags to the left, what they do to the right, within kHelpColumns.
class HelpFormatter : public CLI::Formatter {
 public:
  std::string make_option(const CLI::Option* option, bool /*is_positional*/) const override {
    std::string line = absl::StrCat("  ", Spelling(*option));
    size_t column = line.size();
    const auto start_text = [&] {
      if (column + 2 > kHelpTextColumn) {
        line += '\n';
        column = 0;
      }
      line.append(kHelpTextColumn - column, ' ');
      column = kHelpTextColumn;
    };
    start_text();
    for (absl::string_view word : absl::StrSplit(option->get_description(), ' ')) {
      if (column + word.size() + 1 > kHelpColumns) start_text();
      if (column > kHelpTextColumn) line += ' ', ++column;
      absl::StrAppend(&line, word);
      column += word.size();
    }
    return line + "\n";
  }

 private:
  static std::string Spelling(const CLI::Option& option) {
    const std::string& name = option.get_lnames().front();
    if (!option.get_fnames().empty()) return absl::StrCat("--[no-]", name);
    const bool has_short = !option.get_snames().empty();
    const std::string value = option.get_type_name();
    return absl::StrCat(has_short ? absl::StrCat("-", option.get_snames().front(), ", ") : "", "--",
                        name, value.empty() ? "" : "=", value);
  }
};

void AddWebFlags(CLI::App& app, RawOptions& raw) {
  const std::string group = "Web";
  app.add_option("--web.listen-address", raw.listen_addresses,
                 "Where to listen: :PORT for every address of the host, HOST:PORT or [IPV6]:PORT. "
                 "Repeatable. Default: :10460")
      ->type_name("ADDRESS")
      ->allow_extra_args(false)
      ->group(group);
  app.add_option("--web.telemetry-path", raw.telemetry_path,
                 "Path of the metrics. Default: /metrics")
      ->type_name("PATH")
      ->group(group);
  app.add_option("--web.scrape-timeout", raw.scrape_timeout,
                 "How long a scrape may take at most, and when the request does not say, as 10s "
                 "or 1500ms. Default: 10s")
      ->type_name("TIME")
      ->group(group);
  app.add_option("--web.scrape-timeout-offset", raw.scrape_timeout_offset,
                 "Taken off the time that X-Prometheus-Scrape-Timeout-Seconds allows, for the way "
                 "back. Default: 0.5s")
      ->type_name("TIME")
      ->group(group);
}

void AddCollectorFlags(CLI::App& app, RawOptions& raw, const std::vector<std::string>& collectors) {
  const std::string group = "Collectors";
  for (const std::string& name : collectors) {
    app.add_flag_function(
           absl::StrCat("--collector.", name, ",!--no-collector.", name),
           [&on = raw.collectors[name]](int64_t count) { on = count > 0; },
           absl::StrCat("The ", name, " collector. Default: on"))
        ->take_last()
        ->group(group);
  }
  app.add_flag("--collector.disable-defaults", raw.disable_defaults,
               "Only the collectors that are named run.")
      ->group(group);
  app.add_option("--collector.sockets.source", raw.source,
                 "How sockets are read: auto (the first that works of sock_diag and procfs), "
                 "sock_diag, procfs, or replay (a recording). Default: auto")
      ->type_name("SOURCE")
      ->group(group);
  app.add_option("--collector.sockets.replay-dir", raw.replay_dir,
                 "With source replay: the directory that --record wrote.")
      ->type_name("DIR")
      ->group(group);
  app.add_option("--path.procfs", raw.procfs, "Where procfs is mounted. Default: /proc")
      ->type_name("DIR")
      ->group(group);
}

void AddOtherFlags(CLI::App& app, RawOptions& raw) {
  app.add_option("--log.level", raw.log_level,
                 "debug, info, warn or error. Default: info, with --once warn")
      ->type_name("LEVEL")
      ->group("Log");
  app.add_option("--log.format", raw.log_format, "logfmt or json. Default: logfmt")
      ->type_name("FORMAT")
      ->group("Log");
  app.add_flag("--once", raw.once,
               "Print one page of metrics and exit; exit status 1 when a collector failed.")
      ->group("Instead of serving");
  app.add_option("--record", raw.record_dir,
                 "Record what the kernel says now to DIR, for a bug report, and exit.")
      ->type_name("DIR")
      ->group("Instead of serving");
  app.add_flag("--version", raw.version, "Print the version and exit.")
      ->group("Instead of serving");
  app.set_help_flag("-h,--help", "Print this and exit.")->group("Instead of serving");
  app.add_flag("--print-metrics-md", raw.print_metrics_md, "Print collectors/METRICS.md and exit.")
      ->group("For developers");
}

absl::Status BadFlag(absl::string_view flag, absl::string_view text, absl::string_view hint) {
  return absl::InvalidArgumentError(
      absl::StrCat(flag, "=\"", absl::Utf8SafeCEscape(text), "\": ", hint));
}

template <typename Value>
absl::StatusOr<Value> Choose(absl::string_view flag, absl::string_view text,
                             std::span<const Choice<Value>> choices) {
  std::vector<absl::string_view> names;
  for (const Choice<Value>& choice : choices) {
    if (choice.name == text) return choice.value;
    names.push_back(choice.name);
  }
  return BadFlag(flag, text, absl::StrCat("must be one of ", absl::StrJoin(names, ", ")));
}

// Seconds, or with a unit: 10, 10s, 1500ms.
absl::StatusOr<std::chrono::milliseconds> ParseTime(absl::string_view flag,
                                                    absl::string_view text) {
  absl::string_view number = text;
  const double seconds_per_unit = absl::ConsumeSuffix(&number, "ms") ? 1e-3 : 1;
  if (seconds_per_unit == 1) absl::ConsumeSuffix(&number, "s");
  double value = 0;
  const bool decimal = number.find_first_not_of("0123456789.") == absl::string_view::npos;
  if (!decimal || !absl::SimpleAtod(number, &value) ||
      value * seconds_per_unit > kLongestTimeoutSeconds) {
    return BadFlag(flag, text, "must be a time like 10s, 0.5s or 1500ms, at most 3600s");
  }
  return std::chrono::milliseconds(std::llround(value * seconds_per_unit * 1e3));
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

absl::Status CheckTelemetryPath(absl::string_view path) {
  constexpr absl::string_view kFlag = "--web.telemetry-path";
  if (!absl::StartsWith(path, "/")) return BadFlag(kFlag, path, "must start with /");
  if (path == "/") return BadFlag(kFlag, path, "is the landing page's");
  if (absl::StartsWith(path, "/-/")) return BadFlag(kFlag, path, "/-/ is kept for health checks");
  const bool plain = std::all_of(path.begin(), path.end(), [](char c) {
    return absl::ascii_isalnum(c) || absl::StrContains("/-._~", absl::string_view(&c, 1));
  });
  if (!plain) return BadFlag(kFlag, path, "may hold letters, digits and / - . _ ~ only");
  return absl::OkStatus();
}

absl::StatusOr<Action> ActionOf(const RawOptions& raw, const CLI::App& app) {
  if (raw.version) return Action::kVersion;
  std::vector<std::pair<absl::string_view, Action>> wanted;
  if (raw.once) wanted.emplace_back("--once", Action::kOnce);
  if (app.count("--record") > 0) wanted.emplace_back("--record", Action::kRecord);
  if (raw.print_metrics_md) wanted.emplace_back("--print-metrics-md", Action::kPrintMetricsMd);
  if (wanted.empty()) return Action::kServe;
  if (wanted.size() == 1) return wanted.front().second;
  return absl::InvalidArgumentError(
      absl::StrCat(wanted[0].first, " and ", wanted[1].first, " cannot be combined"));
}

CollectorNames Collectors(const RawOptions& raw, const std::vector<std::string>& all) {
  CollectorNames names{all, {}};
  for (const std::string& name : all) {
    if (raw.collectors.at(name).value_or(!raw.disable_defaults)) names.enabled.push_back(name);
  }
  return names;
}

// A path that must not be empty.
absl::Status CheckPath(absl::string_view flag, absl::string_view path) {
  return path.empty() ? BadFlag(flag, path, "must name a directory") : absl::OkStatus();
}

absl::Status CheckPaths(const RawOptions& raw, const Options& options, const CLI::App& app) {
  if (absl::Status status = CheckPath("--path.procfs", raw.procfs); !status.ok()) return status;
  if (options.action == Action::kRecord) {
    if (absl::Status status = CheckPath("--record", raw.record_dir); !status.ok()) return status;
  }
  const bool replay = options.source == SourceChoice::kReplay;
  const bool has_dir = app.count("--collector.sockets.replay-dir") > 0;
  if (replay != has_dir) {
    return absl::InvalidArgumentError(
        "--collector.sockets.replay-dir=DIR and --collector.sockets.source=replay need each other");
  }
  return replay ? CheckPath("--collector.sockets.replay-dir", raw.replay_dir) : absl::OkStatus();
}

absl::Status Judge(const RawOptions& raw, const CLI::App& app,
                   const std::vector<std::string>& collectors, Options& options) {
  const auto set = [](auto& member, auto value) {
    if (value.ok()) member = *std::move(value);
    return value.status();
  };
  options.listen_addresses = raw.listen_addresses;
  options.telemetry_path = raw.telemetry_path;
  options.collectors = Collectors(raw, collectors);
  options.replay_dir = raw.replay_dir;
  options.procfs = raw.procfs;
  options.record_dir = raw.record_dir;
  absl::Status status = CheckListenAddresses(raw.listen_addresses);
  status.Update(CheckTelemetryPath(raw.telemetry_path));
  status.Update(set(options.scrape_timeout, ParseTime("--web.scrape-timeout", raw.scrape_timeout)));
  status.Update(set(options.scrape_timeout_offset,
                    ParseTime("--web.scrape-timeout-offset", raw.scrape_timeout_offset)));
  status.Update(set(options.source,
                    Choose<SourceChoice>("--collector.sockets.source", raw.source, kSources)));
  status.Update(
      set(options.log_format, Choose<LogFormat>("--log.format", raw.log_format, kFormats)));
  status.Update(set(options.action, ActionOf(raw, app)));
  options.log_level = options.action == Action::kOnce ? LogLevel::kWarn : LogLevel::kInfo;
  if (app.count("--log.level") > 0) {
    status.Update(set(options.log_level, Choose<LogLevel>("--log.level", raw.log_level, kLevels)));
  }
  if (status.ok() && options.scrape_timeout <= std::chrono::milliseconds(0)) {
    return BadFlag("--web.scrape-timeout", raw.scrape_timeout, "must be more than 0");
  }
  if (status.ok()) status = CheckPaths(raw, options, app);
  return status;
}

absl::Status UnknownArgument(absl::string_view argument,
                             const std::vector<std::string>& collectors) {
  const std::string shown = absl::Utf8SafeCEscape(argument);
  if (!absl::StartsWith(argument, "-")) {
    return absl::InvalidArgumentError(
        absl::StrCat("unexpected argument \"", shown, "\": there are flags only"));
  }
  if (absl::StartsWith(argument, "--collector.") || absl::StartsWith(argument, "--no-collector.")) {
    return absl::InvalidArgumentError(absl::StrCat("unknown flag \"", shown, "\"; collectors are ",
                                                   absl::StrJoin(collectors, ", ")));
  }
  return absl::InvalidArgumentError(absl::StrCat("unknown flag \"", shown, "\""));
}

}  // namespace

absl::StatusOr<Options> ParseOptions(int argc, const char* const* argv,
                                     const std::vector<std::string>& collectors) {
  RawOptions raw;
  Options options;
  CLI::App app("Tells Prometheus the truth about the lifecycle of this host's TCP connections.",
               "tcp_lifecycle_exporter");
  const auto formatter = std::make_shared<HelpFormatter>();
  formatter->label("OPTIONS", "FLAGS");
  app.formatter(formatter);
  app.allow_extras();
  AddWebFlags(app, raw);
  AddCollectorFlags(app, raw, collectors);
  AddOtherFlags(app, raw);
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    options.action = Action::kHelp;
    options.help = absl::StrReplaceAll(app.help(), {{"\n\n\n", "\n\n"}});
    return options;
  } catch (const CLI::ParseError& error) {
    return absl::InvalidArgumentError(error.what());
  }
  if (!app.remaining().empty()) return UnknownArgument(app.remaining().front(), collectors);
  if (absl::Status status = Judge(raw, app, collectors, options); !status.ok()) return status;
  return options;
}

}  // namespace tcp_lifecycle
