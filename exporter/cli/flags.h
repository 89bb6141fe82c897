// The command line as it was typed: which flags there are, their help, and what each was given.
// options.cc judges the values; nobody else needs them raw.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace tcp_lifecycle {

inline constexpr absl::string_view kDoctorCommand = "doctor";
inline constexpr absl::string_view kCheckCommand = "check";
inline constexpr char kNoOtherNamespaces[] = "host";  // of --collector.namespaces

// What a flag holds without being given is the default of Options, written as a user would.
struct Flags {
  std::vector<std::string> listen_addresses;
  std::string telemetry_path;
  std::string scrape_timeout;
  std::string scrape_timeout_offset;
  std::map<std::string, std::optional<bool>> collectors;  // every one by name; nullopt: not named
  bool disable_defaults = false;
  std::string source;
  bool no_bpf = false;
  std::string namespaces = kNoOtherNamespaces;
  std::string namespaces_limit;
  std::string ports_top;
  std::string ports_min_utilization;
  std::string findings_idle_timeout;
  std::optional<std::string> findings_service_ports;
  std::optional<std::string> recording;
  std::string procfs;
  std::string run_dir;
  std::string log_format;
  std::optional<std::string> log_level;
  std::optional<std::string> command;  // kDoctorCommand, kCheckCommand
  bool json = false;
  bool once = false;
  std::optional<std::string> record;
  bool record_anonymize = false;
  bool print_metrics_md = false;
  bool version = false;
  std::optional<std::string> help;  // asked for: the text; the other flags were not read to the end
};

// InvalidArgument names what is unknown, given twice or without its value.
absl::StatusOr<Flags> ReadFlags(int argc, const char* const* argv,
                                const std::vector<std::string>& collectors);

}  // namespace tcp_lifecycle
