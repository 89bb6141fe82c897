// What the command line asks for, and what holds where it does not say. exporter/main.cc parses it
// once and hands each part to its owner.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "collectors/model/netns.h"
#include "collectors/settings.h"
#include "exporter/log/log.h"
#include "exporter/scrape/filter.h"

namespace tcp_lifecycle {

enum class Action { kServe, kDoctor, kCheck, kOnce, kRecord, kPrintMetricsMd, kVersion, kHelp };
enum class SourceChoice { kAuto, kBpf, kBpfProbe, kSockDiag, kProcfs, kReplay, kEnd };

struct Options {
  Action action = Action::kServe;
  std::string help;  // with kHelp: the text to print

  std::vector<std::string> listen_addresses = {":10460"};  // :PORT, HOST:PORT or [IPV6]:PORT
  std::string telemetry_path = "/metrics";
  std::chrono::milliseconds scrape_timeout = std::chrono::seconds(10);
  std::chrono::milliseconds scrape_timeout_offset = std::chrono::milliseconds(500);

  CollectorNames collectors;
  CollectorSettings collector_settings;
  SourceChoice source = SourceChoice::kAuto;
  bool no_bpf = false;  // no BPF program is loaded, neither to read nor to count
  NetnsSelection namespaces;
  std::string run_dir = "/run";
  std::string recording;  // with kReplay
  std::string procfs = "/proc";
  std::string record;  // with kRecord: the archive
  bool record_anonymize = false;
  bool json = false;  // with kDoctor

  LogLevel log_level = LogLevel::kInfo;
  LogFormat log_format = LogFormat::kLogfmt;
};

// As on the command line.
absl::string_view NameOf(SourceChoice source);
absl::string_view NameOf(LogFormat format);

// `collectors` are the names of all collectors, in the order of the page. InvalidArgument names the
// flag, the offending text and what is right.
absl::StatusOr<Options> ParseOptions(int argc, const char* const* argv,
                                     const std::vector<std::string>& collectors);

}  // namespace tcp_lifecycle
