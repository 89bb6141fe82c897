#include "exporter/doctor/outlook.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "collectors/reports/report_text.h"

namespace tcp_lifecycle {
namespace {

constexpr absl::string_view kIfTimestamps = ", provided that the peer sends timestamps";

Outlook OutlookOf(const DestinationReport& report, const PortCapacity& capacity,
                  const ReuseRule& reuse) {
  if (report.headroom.max == 0) {
    if (capacity.open() == 0) return Outlook::kNoOpenPort;
    if (!report.seconds_to_free_port) return Outlook::kFreedByClosing;
    return reuse.Applies(report.source, report.address, report.scope) ? Outlook::kFreedByReuse
                                                                      : Outlook::kFreedByExpiry;
  }
  if (report.seconds_to_exhaustion) return Outlook::kFilling;
  return report.headroom.max == report.reusable ? Outlook::kReuseNow : Outlook::kOpen;
}

}  // namespace

DoctorDestination Foresee(const DestinationReport& report, const PortCapacity& capacity,
                          const ReuseRule& reuse) {
  return {report, OutlookOf(report, capacity, reuse)};
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
      break;
  }
  return "no port";
}

std::string OutlookSentence(const DoctorDestination& destination) {
  const DestinationReport& report = destination.report;
  const std::string name = TextOf(report);
  const auto wait = [&] { return WaitText(*report.seconds_to_free_port); };
  switch (destination.outlook) {
    case Outlook::kOpen:
      return "";
    case Outlook::kFilling:
      return absl::StrCat(name, ": at this rate every port is taken in ",
                          *report.seconds_to_exhaustion, " s.");
    case Outlook::kReuseNow:
      return absl::StrCat(name, ": connect() works now, by tcp_tw_reuse: it may take over ",
                          *report.reusable, " of the ports in TIME_WAIT", kIfTimestamps, ".");
    case Outlook::kFreedByReuse:
      return absl::StrCat(name, ": connect() fails now; the next port comes free in ", wait(),
                          " by tcp_tw_reuse", kIfTimestamps, ".");
    case Outlook::kFreedByExpiry:
      return absl::StrCat(name, ": connect() fails now; the next port comes free in ", wait(),
                          ", when its TIME_WAIT ends.");
    case Outlook::kFreedByClosing:
      return absl::StrCat(name,
                          ": connect() fails now; a port comes free only when a connection closes: "
                          "none is in TIME_WAIT.");
    case Outlook::kNoOpenPort:
      break;
  }
  return absl::StrCat(name,
                      ": connect() fails now, as to every other destination: no port of the range "
                      "is open, listeners, bound sockets or accepted connections hold them all.");
}

}  // namespace tcp_lifecycle
