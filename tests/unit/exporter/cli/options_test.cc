#include "exporter/cli/options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace tcp_lifecycle {
namespace {

using std::chrono::milliseconds;
using ::testing::AllOf;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::StartsWith;

absl::StatusOr<Options> Parse(std::vector<const char*> flags) {
  flags.insert(flags.begin(), "tcp_lifecycle_exporter");
  return ParseOptions(static_cast<int>(flags.size()), flags.data(), {"sockets", "ports", "sysctl"});
}

Options Good(std::vector<const char*> flags) {
  absl::StatusOr<Options> options = Parse(std::move(flags));
  EXPECT_TRUE(options.ok()) << options.status();
  return options.ok() ? *std::move(options) : Options();
}

std::string Error(std::vector<const char*> flags) {
  const absl::StatusOr<Options> options = Parse(std::move(flags));
  EXPECT_TRUE(absl::IsInvalidArgument(options.status())) << options.status();
  return std::string(options.status().message());
}

TEST(OptionsTest, WithoutFlagsTheDefaultsHold) {
  const Options options = Good({});
  EXPECT_EQ(options.action, Action::kServe);
  EXPECT_THAT(options.listen_addresses, ElementsAre(":10460"));
  EXPECT_EQ(options.telemetry_path, "/metrics");
  EXPECT_EQ(options.scrape_timeout, milliseconds(10000));
  EXPECT_EQ(options.scrape_timeout_offset, milliseconds(500));
  EXPECT_THAT(options.collectors.enabled, ElementsAre("sockets", "ports", "sysctl"));
  EXPECT_EQ(options.source, SourceChoice::kAuto);
  EXPECT_EQ(options.procfs, "/proc");
  EXPECT_EQ(options.log_level, LogLevel::kInfo);
  EXPECT_EQ(options.log_format, LogFormat::kLogfmt);
}

TEST(OptionsTest, ListenAddressesAddUpAndReplaceTheDefault) {
  const Options options = Good({"--web.listen-address=127.0.0.1:1", "--web.listen-address",
                                "[::1]:2", "--web.listen-address=:3"});
  EXPECT_THAT(options.listen_addresses, ElementsAre("127.0.0.1:1", "[::1]:2", ":3"));
}

TEST(OptionsTest, AListenAddressTakesOneValueOnly) {
  EXPECT_THAT(Error({"--web.listen-address", ":1", ":2"}), HasSubstr("unexpected argument \":2\""));
}

TEST(OptionsTest, EveryValueIsTaken) {
  const Options options =
      Good({"--web.telemetry-path=/tcp/metrics-1.0_~", "--web.scrape-timeout=3",
            "--web.scrape-timeout-offset=250ms", "--path.procfs=/host/proc", "--log.level=debug",
            "--log.format=json", "--collector.sockets.source=procfs"});
  EXPECT_EQ(options.telemetry_path, "/tcp/metrics-1.0_~");
  EXPECT_EQ(options.scrape_timeout, milliseconds(3000));
  EXPECT_EQ(options.scrape_timeout_offset, milliseconds(250));
  EXPECT_EQ(options.procfs, "/host/proc");
  EXPECT_EQ(options.log_level, LogLevel::kDebug);
  EXPECT_EQ(options.log_format, LogFormat::kJson);
  EXPECT_EQ(options.source, SourceChoice::kProcfs);
}

TEST(OptionsTest, EverySourceHasItsName) {
  EXPECT_EQ(Good({"--collector.sockets.source=auto"}).source, SourceChoice::kAuto);
  EXPECT_EQ(Good({"--collector.sockets.source=bpf"}).source, SourceChoice::kBpf);
  EXPECT_EQ(Good({"--collector.sockets.source=sock_diag"}).source, SourceChoice::kSockDiag);
  const Options options =
      Good({"--collector.sockets.source=replay", "--collector.sockets.recording=/r"});
  EXPECT_EQ(options.source, SourceChoice::kReplay);
  EXPECT_EQ(options.recording, "/r");
}

TEST(OptionsTest, OnceLogsWarningsUnlessToldOtherwise) {
  EXPECT_EQ(Good({"--once"}).log_level, LogLevel::kWarn);
  EXPECT_EQ(Good({"--once", "--log.level=info"}).log_level, LogLevel::kInfo);
}

TEST(OptionsTest, TheDoctorIsACommandAmongFlags) {
  EXPECT_EQ(Good({"doctor"}).action, Action::kDoctor);
  EXPECT_FALSE(Good({"doctor"}).json);
  EXPECT_EQ(Good({"doctor"}).log_level, LogLevel::kWarn);
  const Options options = Good({"--no-collector.ports", "doctor", "--json", "--log.level=debug"});
  EXPECT_EQ(options.action, Action::kDoctor);
  EXPECT_TRUE(options.json);
  EXPECT_EQ(options.log_level, LogLevel::kDebug);
  EXPECT_THAT(options.collectors.enabled, ElementsAre("sockets", "sysctl"));
}

TEST(OptionsTest, CheckIsACommandThatTriesEachSource) {
  EXPECT_EQ(Good({"check"}).action, Action::kCheck);
  EXPECT_EQ(Good({"check"}).log_level, LogLevel::kWarn);
  EXPECT_EQ(Error({"check", "--once"}), "check and --once cannot be combined");
  EXPECT_THAT(Error({"check", "--collector.sockets.source=bpf"}), HasSubstr("must be auto"));
}

TEST(OptionsTest, NoBpfExcludesTheBpfSource) {
  EXPECT_FALSE(Good({}).no_bpf);
  EXPECT_TRUE(Good({"--no-bpf"}).no_bpf);
  EXPECT_TRUE(Good({"--no-bpf", "--collector.sockets.source=procfs"}).no_bpf);
  for (const char* source :
       {"--collector.sockets.source=bpf", "--collector.sockets.source=bpf_probe"}) {
    EXPECT_EQ(Error({"--no-bpf", source}),
              absl::StrCat("--no-bpf and ", source, " exclude each other"));
  }
}

TEST(OptionsTest, ThereIsNoOtherCommand) {
  EXPECT_THAT(Error({"doctor", "doctor"}), HasSubstr("unexpected argument \"doctor\""));
  EXPECT_THAT(Error({"--once", "metrics"}), HasSubstr("unexpected argument \"metrics\""));
  EXPECT_THAT(Error({""}), HasSubstr("unexpected argument \"\""));
}

TEST(OptionsTest, TheDoctorDoesNothingElse) {
  EXPECT_EQ(Error({"doctor", "--once"}), "doctor and --once cannot be combined");
  EXPECT_EQ(Error({"doctor", "--record=/r"}), "doctor and --record cannot be combined");
}

TEST(OptionsTest, JsonIsForTheDoctor) {
  EXPECT_EQ(Error({"--json"}), "--json is for the command doctor only");
  EXPECT_EQ(Error({"--once", "--json"}), "--json is for the command doctor only");
}

TEST(OptionsTest, EveryLogLevelHasItsName) {
  EXPECT_EQ(Good({"--log.level=info"}).log_level, LogLevel::kInfo);
  EXPECT_EQ(Good({"--log.level=warn"}).log_level, LogLevel::kWarn);
  EXPECT_EQ(Good({"--log.level=error"}).log_level, LogLevel::kError);
}

TEST(OptionsTest, ACollectorCanBeTurnedOff) {
  EXPECT_THAT(Good({"--no-collector.ports"}).collectors.enabled, ElementsAre("sockets", "sysctl"));
}

TEST(OptionsTest, WithoutDefaultsOnlyTheNamedCollectorsRun) {
  EXPECT_THAT(Good({"--collector.ports", "--collector.disable-defaults"}).collectors.enabled,
              ElementsAre("ports"));
}

TEST(OptionsTest, APageWithoutAnyCollectorIsRefused) {
  EXPECT_EQ(Error({"--collector.disable-defaults"}),
            "no collector is enabled: name one, as --collector.ports, or leave out "
            "--collector.disable-defaults");
  EXPECT_THAT(
      Error({"--once", "--no-collector.sockets", "--no-collector.ports", "--no-collector.sysctl"}),
      HasSubstr("no collector is enabled"));
  EXPECT_THAT(Good({"--version", "--collector.disable-defaults"}).collectors.enabled, IsEmpty());
}

TEST(OptionsTest, TheLastWordOnACollectorCounts) {
  EXPECT_THAT(Good({"--no-collector.ports", "--collector.ports"}).collectors.enabled, SizeIs(3));
  EXPECT_THAT(Good({"--collector.ports", "--no-collector.ports"}).collectors.enabled, SizeIs(2));
}

TEST(OptionsTest, ADisabledCollectorIsStillAKnownOne) {
  EXPECT_THAT(Good({"--no-collector.ports"}).collectors.all, SizeIs(3));
}

TEST(OptionsTest, EachActionHasItsFlag) {
  EXPECT_EQ(Good({"--once"}).action, Action::kOnce);
  EXPECT_EQ(Good({"--version"}).action, Action::kVersion);
  EXPECT_EQ(Good({"--print-metrics-md"}).action, Action::kPrintMetricsMd);
  const Options record = Good({"--record", "/tmp/r"});
  EXPECT_EQ(record.action, Action::kRecord);
  EXPECT_EQ(record.record, "/tmp/r");
  EXPECT_FALSE(record.record_anonymize);
  EXPECT_TRUE(Good({"--record=/tmp/r", "--record.anonymize"}).record_anonymize);
}

TEST(OptionsTest, HelpNamesEveryFlagWithinAHundredColumns) {
  for (const char* flag : {"-h", "--help"}) {
    const Options options = Good({flag});
    EXPECT_EQ(options.action, Action::kHelp);
    for (const char* name : {"--web.listen-address=ADDRESS",
                             "--web.telemetry-path=",
                             "--web.scrape-timeout=",
                             "--web.scrape-timeout-offset=",
                             "--[no-]collector.sockets",
                             "--[no-]collector.sysctl",
                             "--collector.disable-defaults",
                             "--collector.sockets.source=",
                             "--collector.sockets.recording=",
                             "--path.procfs=",
                             "--path.run=",
                             "--collector.namespaces=LIST",
                             "--collector.namespaces.limit=",
                             "--log.level=",
                             "--log.format=",
                             "--once",
                             "--record=",
                             "--record.anonymize",
                             "--version",
                             "-h, --help",
                             "--print-metrics-md"}) {
      EXPECT_THAT(options.help, HasSubstr(name));
    }
    const std::vector<std::string> lines = absl::StrSplit(options.help, '\n');
    EXPECT_THAT(lines, Each(::testing::Property(&std::string::size, ::testing::Le(100u))));
  }
}

TEST(OptionsTest, HelpSaysWhatAFlagDoesInAColumnOfItsOwn) {
  constexpr size_t kText = 42;
  const std::string help = Good({"--help"}).help;
  EXPECT_THAT(help, AllOf(HasSubstr("Default: :10460\n"), HasSubstr("Default: /metrics\n")));
  size_t texts = 0;
  for (const absl::string_view line : absl::StrSplit(help, '\n')) {
    const bool flag = absl::StartsWith(line, "  -") && line.size() > kText;
    if (!flag && !absl::StartsWith(line, std::string(kText, ' '))) continue;
    EXPECT_EQ(line.substr(kText - 2, 2), "  ") << line;
    EXPECT_NE(line[kText], ' ') << line;
    ++texts;
  }
  EXPECT_GT(texts, 20u);
}

TEST(OptionsTest, HelpIsPrintedWhateverElseIsWrong) {
  EXPECT_EQ(Good({"--web.telemetry-path=x", "--help"}).action, Action::kHelp);
}

TEST(OptionsTest, AnUnknownFlagIsNamed) {
  EXPECT_EQ(Error({"--web.listen-adress=:1"}), "unknown flag \"--web.listen-adress=:1\"");
}

TEST(OptionsTest, AnUnknownCollectorIsNamedAndTheKnownOnesListed) {
  EXPECT_EQ(Error({"--collector.sokets"}),
            "unknown flag \"--collector.sokets\"; collectors are sockets, ports, sysctl");
  EXPECT_EQ(Error({"--no-collector.sokets"}),
            "unknown flag \"--no-collector.sokets\"; collectors are sockets, ports, sysctl");
}

TEST(OptionsTest, AnArgumentThatIsNoFlagIsRefused) {
  EXPECT_EQ(Error({"metrics"}),
            "unexpected argument \"metrics\": besides flags there are doctor and check");
}

TEST(OptionsTest, AFlagWithoutItsValueIsNamed) {
  EXPECT_THAT(Error({"--web.telemetry-path"}), HasSubstr("--web.telemetry-path"));
  EXPECT_EQ(Error({"--collector.namespaces=", "--once"}), "--collector.namespaces= has no value");
}

TEST(OptionsTest, AFlagGivenTwiceIsRefused) {
  EXPECT_THAT(Error({"--path.procfs=/a", "--path.procfs=/b"}), HasSubstr("--path.procfs"));
}

TEST(OptionsTest, BadValuesAreToldWithFlagTextAndWhatIsRight) {
  const struct {
    const char* flag;
    const char* message;
  } cases[] = {
      {"--web.telemetry-path=metrics", "--web.telemetry-path=\"metrics\": must start with /"},
      {"--web.telemetry-path=/", "--web.telemetry-path=\"/\": is the landing page's"},
      {"--web.telemetry-path=/-/healthy",
       "--web.telemetry-path=\"/-/healthy\": /-/ is kept for health checks"},
      {"--web.telemetry-path=/a b*",
       "--web.telemetry-path=\"/a b*\": may hold letters, digits and / - . _ ~ only"},
      {"--web.telemetry-path=/a\nb",
       "--web.telemetry-path=\"/a\\nb\": may hold letters, digits and / - . _ ~ only"},
      {"--web.listen-address=localhost",
       "--web.listen-address: listen address \"localhost\": no port, write :PORT or HOST:PORT"},
      {"--web.listen-address=:70000",
       "--web.listen-address: listen address \":70000\": \"70000\" is no port"},
      {"--web.scrape-timeout=ten",
       "--web.scrape-timeout=\"ten\": must be a time like 10s, 0.5s or 1500ms, at most 3600s"},
      {"--web.scrape-timeout-offset=1.2.3s",
       "--web.scrape-timeout-offset=\"1.2.3s\": must be a time like 10s, 0.5s or 1500ms, at most "
       "3600s"},
      {"--web.scrape-timeout=0", "--web.scrape-timeout=\"0\": must be more than 0"},
      {"--web.scrape-timeout-offset=-1",
       "--web.scrape-timeout-offset=\"-1\": must be a time like 10s, 0.5s or 1500ms, at most "
       "3600s"},
      {"--collector.sockets.source=netlink",
       "--collector.sockets.source=\"netlink\": must be one of auto, bpf, bpf_probe, sock_diag, "
       "procfs, "
       "replay"},
      {"--collector.sockets.source=replay",
       "--collector.sockets.recording=FILE and --collector.sockets.source=replay need each other"},
      {"--collector.sockets.recording=/tmp",
       "--collector.sockets.recording=FILE and --collector.sockets.source=replay need each other"},
      {"--collector.ports.top=-1",
       "--collector.ports.top=\"-1\": must be a whole number from 1 to 1000"},
      {"--collector.ports.top=0",
       "--collector.ports.top=\"0\": must be a whole number from 1 to 1000"},
      {"--collector.ports.min-utilization=10%",
       "--collector.ports.min-utilization=\"10%\": must be a number from 0 to 1"},
      {"--collector.ports.min-utilization=1.1",
       "--collector.ports.min-utilization=\"1.1\": must be a number from 0 to 1"},
      {"--collector.ports.min-utilization=-0.1",
       "--collector.ports.min-utilization=\"-0.1\": must be a number from 0 to 1"},
      {"--collector.findings.idle-timeout=4min",
       "--collector.findings.idle-timeout=\"4min\": must be a time like 10s, 0.5s or 1500ms, at "
       "most 86400s"},
      {"--collector.findings.service-ports=30000-",
       "--collector.findings.service-ports=\"30000-\": must be ports from 1 to 65535 and ranges of "
       "them, as 30000-32767,8443"},
      {"--collector.namespaces=a,,b",
       "--collector.namespaces=\"a,,b\": must be host or all alone, or names with commas between "
       "them"},
      {"--collector.namespaces=a, b",
       "--collector.namespaces=\"a, b\": must be host or all alone, or names with commas between "
       "them"},
      {"--collector.namespaces=all,x",
       "--collector.namespaces=\"all,x\": must be host or all alone, or names with commas between "
       "them"},
      {"--collector.namespaces.limit=0",
       "--collector.namespaces.limit=\"0\": must be a whole number from 1 to 512"},
      {"--collector.namespaces.limit=513",
       "--collector.namespaces.limit=\"513\": must be a whole number from 1 to 512"},
      {"--log.level=loud", "--log.level=\"loud\": must be one of debug, info, warn, error"},
      {"--log.format=xml", "--log.format=\"xml\": must be one of logfmt, json"},
  };
  for (const auto& [flag, message] : cases) EXPECT_EQ(Error({flag}), message);
}

TEST(OptionsTest, CollectorsTakeTheirSettings) {
  const CollectorSettings settings =
      Parse({"--collector.ports.top=5", "--collector.ports.min-utilization=0.25",
             "--collector.findings.idle-timeout=350s",
             "--collector.findings.service-ports=30000-32767,8443"})
          .value()
          .collector_settings;
  EXPECT_EQ(settings.ports.top, 5u);
  EXPECT_EQ(settings.ports.min_utilization, 0.25);
  EXPECT_EQ(settings.findings.idle_timeout_seconds, 350);
  EXPECT_EQ(ToString(settings.findings.service_ports), "8443,30000-32767");
  EXPECT_TRUE(Good({}).collector_settings.findings.service_ports.none());
}

TEST(OptionsTest, TheLeastAndTheMostOfANumberAreAllowed) {
  const Options least = Good({"--collector.ports.top=1", "--collector.ports.min-utilization=0",
                              "--collector.namespaces.limit=1", "--web.scrape-timeout=1ms",
                              "--collector.findings.idle-timeout=0"});
  EXPECT_EQ(least.collector_settings.ports.top, 1u);
  EXPECT_EQ(least.collector_settings.ports.min_utilization, 0);
  EXPECT_EQ(least.namespaces.limit, 1u);
  EXPECT_EQ(least.scrape_timeout, milliseconds(1));
  EXPECT_EQ(least.collector_settings.findings.idle_timeout_seconds, 0);
  const Options most = Good({"--collector.ports.top=1000", "--collector.ports.min-utilization=1",
                             "--collector.namespaces.limit=512", "--web.scrape-timeout=3600",
                             "--collector.findings.idle-timeout=86400s"});
  EXPECT_EQ(most.collector_settings.ports.top, 1000u);
  EXPECT_EQ(most.collector_settings.ports.min_utilization, 1);
  EXPECT_EQ(most.namespaces.limit, 512u);
  EXPECT_EQ(most.scrape_timeout, std::chrono::hours(1));
  EXPECT_EQ(most.collector_settings.findings.idle_timeout_seconds, 86400);
}

TEST(OptionsTest, ServicePortsArePortsAndRanges) {
  for (const char* wrong : {"0", "0-5", "65536", "1-65536", "2-1", "-5", "1-2-3", "80,", "+80",
                            " 80", "80 81", "http", "4294967297"}) {
    EXPECT_THAT(Error({absl::StrCat("--collector.findings.service-ports=", wrong).c_str()}),
                HasSubstr("must be ports from 1 to 65535"))
        << wrong;
  }
  for (const char* right : {"1", "65535", "1-65535", "80,80", "90,80-90"}) {
    EXPECT_TRUE(Parse({absl::StrCat("--collector.findings.service-ports=", right).c_str()}).ok())
        << right;
  }
}

TEST(OptionsTest, NamespacesAreTheOwnAllOrThoseNamed) {
  EXPECT_FALSE(Good({}).namespaces.all);
  EXPECT_THAT(Good({"--collector.namespaces=host"}).namespaces.names, IsEmpty());
  EXPECT_TRUE(Good({"--collector.namespaces=all"}).namespaces.all);
  const Options options = Good({"--collector.namespaces=host,web", "--path.run=/host/run",
                                "--collector.namespaces.limit=512"});
  EXPECT_FALSE(options.namespaces.all);
  EXPECT_THAT(options.namespaces.names, ElementsAre("host", "web"));
  EXPECT_EQ(options.namespaces.limit, 512u);
  EXPECT_EQ(options.run_dir, "/host/run");
}

TEST(OptionsTest, ARecordingAndTheDoctorHaveOneNamespace) {
  constexpr absl::string_view kMessage =
      "--collector.namespaces=\"all\": must be host with source replay, with --record and with "
      "doctor, which have one namespace";
  EXPECT_EQ(Error({"--collector.sockets.source=replay", "--collector.sockets.recording=/r",
                   "--collector.namespaces=all"}),
            kMessage);
  EXPECT_EQ(Error({"doctor", "--collector.namespaces=all"}), kMessage);
  EXPECT_EQ(Error({"--record=/r", "--collector.namespaces=all"}), kMessage);
}

TEST(OptionsTest, RecordRefusesASource) {
  EXPECT_EQ(Error({"--record=/r", "--collector.sockets.source=replay",
                   "--collector.sockets.recording=/old"}),
            "--collector.sockets.source=\"replay\": must be auto with --record, which records what "
            "the kernel answers");
  EXPECT_THAT(Error({"--record=/r", "--collector.sockets.source=sock_diag"}),
              ::testing::HasSubstr("must be auto with --record"));
}

TEST(OptionsTest, AnEmptyPathIsRefused) {
  EXPECT_THAT(Error({"--web.telemetry-path="}), StartsWith("--web.telemetry-path"));
  EXPECT_EQ(Error({"--path.procfs", ""}), "--path.procfs=\"\": must name a directory");
  EXPECT_EQ(Error({"--path.run", ""}), "--path.run=\"\": must name a directory");
  EXPECT_EQ(Error({"--record", ""}), "--record=\"\": must name a file");
}

TEST(OptionsTest, OddTimesAreRefused) {
  for (const char* time :
       {"", "s", "ms", "1h", "nan", "inf", "1e99", "3601", "-0.1s", "1 s", "0x1"}) {
    EXPECT_THAT(Error({"--web.scrape-timeout", time}), StartsWith("--web.scrape-timeout"));
  }
}

TEST(OptionsTest, WithoutARecordingNothingIsAnonymized) {
  EXPECT_EQ(Error({"--record.anonymize"}), "--record.anonymize is for --record only");
  EXPECT_EQ(Error({"--once", "--record.anonymize"}), "--record.anonymize is for --record only");
}

TEST(OptionsTest, TwoActionsAreRefused) {
  EXPECT_EQ(Error({"--once", "--record=/tmp/x"}), "--once and --record cannot be combined");
}

}  // namespace
}  // namespace tcp_lifecycle
