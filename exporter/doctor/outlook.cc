#include "exporter/doctor/outlook.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "collectors/reports/report_text.h"

namespace tcp_lifecycle {
namespace {

Outlook OutlookOf(const DestinationReport& report, const PortCapacity& capacity) {
  if (report.headroom.max == 0) {
    if (capacity.open() == 0 && capacity.first_bound_free_ms == DestinationUse::kNever) {
      return Outlook::kNoOpenPort;
    }
    if (!report.seconds_to_free_port) return Outlook::kFreedByClosing;
    return report.freed_by_reuse ? Outlook::kFreedByReuse : Outlook::kFreedByExpiry;
  }
  if (report.seconds_to_exhaustion) return Outlook::kFilling;
  return report.headroom.max == report.reusable ? Outlook::kReuseNow : Outlook::kOpen;
}

}  // namespace

DoctorDestination Foresee(const DestinationReport& report, const PortCapacity& capacity) {
  return {report, OutlookOf(report, capacity), !capacity.is_exact};
}

std::string WaitText(double seconds) {
  return absl::StrFormat("%g s", std::max(1.0, std::round(seconds * 10)) / 10);
}

std::string ShortOutlook(const DoctorDestination& destination) {
  const DestinationReport& report = destination.report;
  switch (destination.outlook) {
    case Outlook::kOpen:
      return "";
    case Outlook::kFilling:
      return absl::StrCat("full in ", *report.seconds_to_exhaustion, " s");
    case Outlook::kReuseNow:
      return "reuse now";
    case Outlook::kFreedByReuse:
    case Outlook::kFreedByExpiry:
      return absl::StrCat("port in ", WaitText(*report.seconds_to_free_port));
    case Outlook::kFreedByClosing:
      return "full";
    case Outlook::kNoOpenPort:
    case Outlook::kEnd:
      break;
  }
  return "no port";
}

std::string OutlookSentence(const DoctorDestination& destination) {
  const DestinationReport& report = destination.report;
  const std::string name = TextOf(report);
  const auto wait = [&] { return WaitText(*report.seconds_to_free_port); };
  const absl::string_view if_timestamps =
      destination.may_lack_timestamps ? ", provided that the peer sends timestamps" : "";
  switch (destination.outlook) {
    case Outlook::kOpen:
      return "";
    case Outlook::kFilling:
      return absl::StrCat(name, ": at this rate every port is taken in ",
                          *report.seconds_to_exhaustion, " s.");
    case Outlook::kReuseNow:
      return absl::StrCat(name, ": connect() works now, by tcp_tw_reuse: it may take over ",
                          *report.reusable, " of the ports in TIME_WAIT", if_timestamps, ".");
    case Outlook::kFreedByReuse:
      return absl::StrCat(name, ": connect() fails now; the next port comes free in ", wait(),
                          " by tcp_tw_reuse", if_timestamps, ".");
    case Outlook::kFreedByExpiry:
      return absl::StrCat(name, ": connect() fails now; the next port comes free in ", wait(),
                          ", when a TIME_WAIT ends.");
    case Outlook::kFreedByClosing:
      return absl::StrCat(name,
                          ": connect() fails now; a port comes free only when a connection closes: "
                          "none is in TIME_WAIT.");
    case Outlook::kNoOpenPort:
    case Outlook::kEnd:
      break;
  }
  return "connect() fails now, whatever the destination: no port of the range is open.";
}

}  // namespace tcp_lifecycle
