// What the doctor says of a host, from two samples of its network namespace and the programs behind
// the worst of it. terminal_text.cc and json.cc are views of it. Pure; exporter/commands/doctor.cc
// takes the samples.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "collectors/reports/ports_report.h"
#include "exporter/doctor/finding.h"
#include "exporter/doctor/movement.h"
#include "exporter/doctor/outlook.h"
#include "exporter/doctor/programs.h"
#include "exporter/scrape/scrape_result.h"

namespace tcp_lifecycle {

// Exit statuses.
inline constexpr int kDoctorFine = 0;  // or notes only
inline constexpr int kDoctorWarning = 1;
inline constexpr int kDoctorCritical = 2;
inline constexpr int kDoctorNotExamined = 3;

struct DoctorInput {
  const ScrapeResult& first;
  const ScrapeResult& second;
  // Between them; nullopt where they are one, because a recording does not move.
  std::optional<double> seconds;
  Suspects suspects;
  Programs programs;
  std::string subject;  // the host or the recording
  std::string version;
  absl::Time time;
};

struct DoctorPorts {
  PortRange range;
  uint32_t usable = 0;
  uint32_t reserved = 0;
  // nullopt: the sockets are not known.
  std::optional<PortCapacity> capacity;
  // By PortBlock; nullopt: not known.
  std::array<std::optional<uint32_t>, kPortBlockCount> blocked{};
};

// What failed, for one reason.
struct Unexamined {
  std::vector<std::string> collectors;
  std::vector<absl::string_view> rules;
  std::string reason;
};

// How the worst destination has changed between the samples.
struct DestinationChange {
  DestinationReport before;
  DestinationReport after;
};

struct DoctorReport {
  static constexpr size_t kMaxDestinations = 10;

  std::string subject;
  std::string version;
  std::string netns;
  std::string reader;  // empty: no sockets were read
  absl::Time time;
  std::optional<double> seconds;

  DoctorFindings findings;
  std::vector<Unexamined> unexamined;
  std::optional<DoctorPorts> ports;

  std::vector<DoctorDestination> destinations;  // the fullest first
  std::optional<uint64_t> distinct_destinations;
  std::vector<std::string> outlook;   // sentences on those that have no port left, or soon will
  std::vector<std::string> remedies;  // for the worst destination
  Suspects suspects;
  Programs programs;

  std::vector<Movement> movements;
  std::optional<DestinationChange> change;
  std::vector<std::string> advice;

  int exit_status() const;
};

DoctorReport MakeDoctorReport(DoctorInput input);

}  // namespace tcp_lifecycle
