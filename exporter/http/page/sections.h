// The parts of the landing page, one for each thing that an operator asks about. Each is a view of
// one namespace's reports and facts; what could not be read is shown with its reason, and what the
// source cannot know as unknown, never as 0. page.cc puts them together.
#pragma once

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "exporter/http/page/html.h"
#include "exporter/scrape/scrape_result.h"

namespace tcp_lifecycle {

struct SectionInput {
  const ScrapeResult& result;
  const NamespaceSnapshot& ns;
};

// The figures to see first, from several collectors.
Html KeyFigures(const SectionInput& input);
// How full the fullest destination or accept queue is, the fuller of them, of 1.
double NearestLimit(const NamespaceSnapshot& ns);

Html FindingsSection(const SectionInput& input);
Html DestinationsSection(const SectionInput& input);
Html PortsSection(const SectionInput& input);
Html TimeWaitSection(const SectionInput& input);
Html StatesSection(const SectionInput& input);
Html KeepaliveSection(const SectionInput& input);
Html ListenSection(const SectionInput& input);
// Nothing where no other namespace is watched.
Html NamespacesSection(const SectionInput& input);
Html SettingsSection(const SectionInput& input);
Html HealthSection(const SectionInput& input);

// Why a fact or a report could not be read.
Html Problem(const absl::Status& status);
Html SwitchedOff(absl::string_view collector);
// What stands in place of `collector`'s figures: that it is switched off, or why it failed.
template <typename Report>
Html Missing(const NamespaceSnapshot& ns, absl::string_view collector) {
  const absl::StatusOr<Report>* const report = ns.reports.Find<Report>();
  return report == nullptr ? SwitchedOff(collector) : Problem(report->status());
}
// What stands in place of a setting or counter: absent on this kernel, or why it was not read.
Html AbsentOr(const absl::Status& status);
// The kernel's count, or what stands in its place.
Html CounterValue(const TcpCounters& counters, TcpCounter counter);
// A section with its heading; `id` is for links and tests.
Html Section(absl::string_view id, absl::string_view heading, const Html& body);
// A line of a list of figures: what it is, its value, and perhaps a word on it.
Html Figure(absl::string_view name, const Html& value, absl::string_view note = "");

}  // namespace tcp_lifecycle
