#include "exporter/cli/flags.h"

#include <CLI/CLI.hpp>
#include <chrono>
#include <memory>

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "collectors/model/reader_names.h"
#include "exporter/cli/options.h"

namespace tcp_lifecycle {
namespace {

constexpr size_t kHelpColumns = 100;
constexpr size_t kHelpTextColumn = 42;

// Flags to the left, what they do to the right, within kHelpColumns.
class HelpFormatter : public CLI::Formatter {
 public:
  std::string make_usage(const CLI::App* /*app*/, std::string name) const override {
    return absl::StrCat(
        "Usage: ", name, " [FLAGS]         serves metrics\n       ", name,
        " doctor [FLAGS]  says what is wrong with this host now, and what to do\n       ", name,
        " check [FLAGS]   says what can be read on this host, and why not more\n\n"
        "Exit status of doctor: 0 fine, 1 warnings or bad flags, 2 critical, 3 a part "
        "could not be read.\nExit status of check: 0 the best way to read sockets "
        "works and is right, 1 it does not or is not.\n");
  }
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
    std::string text = option->get_description();
    const std::string fallback = option->get_default_str();
    if (!fallback.empty()) absl::StrAppend(&text, " Default: ", fallback);
    for (absl::string_view word : absl::StrSplit(text, ' ')) {
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

std::string TimeText(std::chrono::milliseconds time) {
  return absl::StrCat(std::chrono::duration<double>(time).count(), "s");
}

Flags Defaults() {
  const Options options;
  Flags flags;
  flags.listen_addresses = options.listen_addresses;
  flags.telemetry_path = options.telemetry_path;
  flags.scrape_timeout = TimeText(options.scrape_timeout);
  flags.scrape_timeout_offset = TimeText(options.scrape_timeout_offset);
  flags.source = std::string(NameOf(options.source));
  flags.log_format = std::string(NameOf(options.log_format));
  flags.namespaces_limit = absl::StrCat(options.namespaces.limit);
  flags.ports_top = absl::StrCat(options.collector_settings.ports.top);
  flags.ports_min_utilization = absl::StrCat(options.collector_settings.ports.min_utilization);
  flags.findings_idle_timeout =
      TimeText(std::chrono::seconds(options.collector_settings.findings.idle_timeout_seconds));
  flags.procfs = options.procfs;
  flags.run_dir = options.run_dir;
  return flags;
}

CLI::Option* AddOptional(CLI::App& app, const std::string& name, std::optional<std::string>& value,
                         const std::string& description) {
  return app.add_option_function<std::string>(
      name, [&value](const std::string& text) { value = text; }, description);
}

void AddWebFlags(CLI::App& app, Flags& flags) {
  const std::string group = "Web";
  app.add_option("--web.listen-address", flags.listen_addresses,
                 "Where to listen: :PORT for every address of the host, HOST:PORT or [IPV6]:PORT. "
                 "Repeatable.")
      ->default_str(absl::StrJoin(flags.listen_addresses, ","))
      ->type_name("ADDRESS")
      ->allow_extra_args(false)
      ->group(group);
  app.add_option("--web.telemetry-path", flags.telemetry_path, "Path of the metrics.")
      ->type_name("PATH")
      ->group(group);
  app.add_option("--web.scrape-timeout", flags.scrape_timeout,
                 "How long a scrape may take at most, and when the request does not say, as 10s "
                 "or 1500ms.")
      ->type_name("TIME")
      ->group(group);
  app.add_option("--web.scrape-timeout-offset", flags.scrape_timeout_offset,
                 "Taken off the time that X-Prometheus-Scrape-Timeout-Seconds allows, for the way "
                 "back.")
      ->type_name("TIME")
      ->group(group);
}

void AddCollectorFlags(CLI::App& app, Flags& flags, const std::vector<std::string>& collectors) {
  const std::string group = "Collectors";
  for (const std::string& name : collectors) {
    app.add_flag_function(
           absl::StrCat("--collector.", name, ",!--no-collector.", name),
           [&on = flags.collectors[name]](int64_t count) { on = count > 0; },
           absl::StrCat("The ", name, " collector. Default: on"))
        ->take_last()
        ->group(group);
  }
  app.add_flag("--collector.disable-defaults", flags.disable_defaults,
               "Only the collectors that are named run.")
      ->group(group);
  app.add_option("--collector.sockets.source", flags.source,
                 absl::StrCat("How sockets are read: auto (the first that works of ",
                              absl::StrJoin(kLiveReaderNames, ", "), "), one of these, or ",
                              kReplayReader, " (a recording)."))
      ->type_name("SOURCE")
      ->group(group);
  app.add_flag("--no-bpf", flags.no_bpf,
               "No BPF program is loaded: neither to read sockets nor to count connections that "
               "fail.")
      ->group(group);
  AddOptional(app, "--collector.sockets.recording", flags.recording,
              "With source replay: what --record wrote, or the directory that it was unpacked to.")
      ->type_name("FILE")
      ->group(group);
  app.add_option(
         "--collector.namespaces", flags.namespaces,
         "Which network namespaces are read besides the exporter's own: host (none), all of "
         "the host, or NAME,...: of a file in /run/netns, the uid of a pod, ino-INODE, host "
         "for PID 1's among others.")
      ->type_name("LIST")
      ->group(group);
  app.add_option("--collector.namespaces.limit", flags.namespaces_limit,
                 "How many of them at most, 1 to 512, the exporter's own included.")
      ->type_name("NUMBER")
      ->group(group);
  app.add_option("--collector.ports.top", flags.ports_top,
                 "How many destinations have metrics of their own at most: those in trouble, then "
                 "the fullest.")
      ->type_name("NUMBER")
      ->group(group);
  app.add_option("--collector.ports.min-utilization", flags.ports_min_utilization,
                 "The least share of the ports that a destination must hold to have them.")
      ->type_name("RATIO")
      ->group(group);
  app.add_option("--collector.findings.idle-timeout", flags.findings_idle_timeout,
                 "After how much silence the NAT gateways and load balancers here forget a "
                 "connection.")
      ->type_name("TIME")
      ->group(group);
  AddOptional(app, "--collector.findings.service-ports", flags.findings_service_ports,
              "Ports that are answered for without a socket, by NodePorts or DNAT rules: "
              "30000-32767,... A finding where outgoing connections may take one.")
      ->type_name("LIST")
      ->group(group);
  app.add_option("--path.procfs", flags.procfs, "Where procfs is mounted.")
      ->type_name("DIR")
      ->group(group);
  app.add_option("--path.run", flags.run_dir,
                 "Where network namespaces have their names, in DIR/netns and the like.")
      ->type_name("DIR")
      ->group(group);
}

void AddOtherFlags(CLI::App& app, Flags& flags) {
  AddOptional(app, "--log.level", flags.log_level,
              "debug, info, warn or error. Default: info, with --once, doctor and check warn")
      ->type_name("LEVEL")
      ->group("Log");
  app.add_option("--log.format", flags.log_format, "logfmt or json.")
      ->type_name("FORMAT")
      ->group("Log");
  AddOptional(app, "command", flags.command, "")->group("");
  app.add_flag("--json", flags.json, "With doctor: the report as JSON.")
      ->group("Instead of serving");
  app.add_flag("--once", flags.once,
               "Print one page of metrics and exit; exit status 1 when a collector failed or a "
               "namespace on the page could not be read.")
      ->group("Instead of serving");
  AddOptional(app, "--record", flags.record,
              "Record what the kernel says now to FILE, a new archive (.tar.gz), for a bug report, "
              "and exit.")
      ->type_name("FILE")
      ->group("Instead of serving");
  app.add_flag("--record.anonymize", flags.record_anonymize,
               "With --record: every address but those of the loopback becomes another one, always "
               "the same.")
      ->group("Instead of serving");
  app.add_flag("--version", flags.version, "Print the version and exit.")
      ->group("Instead of serving");
  app.set_help_flag("-h,--help", "Print this and exit.")->group("Instead of serving");
  app.add_flag("--print-metrics-md", flags.print_metrics_md,
               "Print collectors/METRICS.md and exit.")
      ->group("For developers");
}

absl::Status UnknownArgument(absl::string_view argument,
                             const std::vector<std::string>& collectors) {
  const std::string shown = absl::Utf8SafeCEscape(argument);
  if (!absl::StartsWith(argument, "-")) {
    return absl::InvalidArgumentError(absl::StrCat("unexpected argument \"", shown,
                                                   "\": besides flags there are doctor and check"));
  }
  if (absl::StartsWith(argument, "--collector.") || absl::StartsWith(argument, "--no-collector.")) {
    return absl::InvalidArgumentError(absl::StrCat("unknown flag \"", shown, "\"; collectors are ",
                                                   absl::StrJoin(collectors, ", ")));
  }
  return absl::InvalidArgumentError(absl::StrCat("unknown flag \"", shown, "\""));
}

}  // namespace

absl::StatusOr<Flags> ReadFlags(int argc, const char* const* argv,
                                const std::vector<std::string>& collectors) {
  Flags flags = Defaults();
  // CLI11 would take the next argument for the value.
  for (int i = 1; i < argc; ++i) {
    const absl::string_view argument = argv[i];
    if (absl::StartsWith(argument, "--") && absl::EndsWith(argument, "=")) {
      return absl::InvalidArgumentError(
          absl::StrCat(absl::Utf8SafeCEscape(argument), " has no value"));
    }
  }
  CLI::App app("Tells Prometheus the truth about the lifecycle of this host's TCP connections.",
               "tcp_lifecycle_exporter");
  const auto formatter = std::make_shared<HelpFormatter>();
  formatter->label("OPTIONS", "FLAGS");
  app.formatter(formatter);
  app.allow_extras();
  app.option_defaults()->always_capture_default();  // for the help
  AddWebFlags(app, flags);
  AddCollectorFlags(app, flags, collectors);
  AddOtherFlags(app, flags);
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    flags.help = absl::StrReplaceAll(app.help(), {{"\n\n\n", "\n\n"}});
    return flags;
  } catch (const CLI::ParseError& error) {
    return absl::InvalidArgumentError(error.what());
  }
  if (flags.command.has_value() && flags.command != kDoctorCommand &&
      flags.command != kCheckCommand) {
    return UnknownArgument(*flags.command, collectors);
  }
  if (!app.remaining().empty()) return UnknownArgument(app.remaining().front(), collectors);
  return flags;
}

}  // namespace tcp_lifecycle
