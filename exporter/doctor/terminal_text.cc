#include "exporter/doctor/terminal_text.h"

#include <algorithm>
#include <array>
#include <functional>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "collectors/reports/report_text.h"
#include "exporter/doctor/layout.h"
#include "exporter/text/quoted.h"

namespace tcp_lifecycle {
namespace {

constexpr absl::string_view kIndent = "    ";
constexpr absl::string_view kBullet = "  - ";

// Indexed by Severity.
constexpr std::array kSeverityStyles = {Style::kNote, Style::kWarning, Style::kCritical};

// The worst of a problem comes first.
bool IsNote(const std::vector<DoctorFinding>& problem) {
  return problem.front().rule->severity == Severity::kInfo;
}

class TextReport {
 public:
  TextReport(const DoctorReport& report, bool colour) : report_(report), colour_(colour) {}

  std::string Text() && {
    AddHeadline();
    AddFindings();
    AddDestinations();
    AddList("What helps", report_.remedies);
    AddPrograms();
    AddMovements();
    AddNotes();
    AddUnexamined();
    AddList("Good to know", report_.advice);
    return std::move(out_);
  }

 private:
  // Everything that came from elsewhere passes through here.
  void AddLine(absl::string_view first, absl::string_view text) {
    out_ += Wrap(first, Printable(text));
  }
  void AddHeading(absl::string_view text) {
    absl::StrAppend(&out_, "\n", Paint(text, Style::kBold, colour_), "\n");
  }
  void AddList(absl::string_view heading, const std::vector<std::string>& lines) {
    if (lines.empty()) return;
    AddHeading(heading);
    for (const std::string& line : lines) AddLine(kBullet, line);
  }

  void AddHeadline();
  void AddPorts(const DoctorPorts& ports);
  void AddFindings();
  void AddNotes();
  void AddProblem(const std::vector<DoctorFinding>& problem);
  void AddDestinations();
  void AddPrograms();
  void AddMovements();
  void AddUnexamined();

  const DoctorReport& report_;
  const bool colour_;
  std::string out_;
};

void TextReport::AddHeadline() {
  const std::string reader =
      report_.reader.empty() ? "no sockets read" : absl::StrCat("sockets read by ", report_.reader);
  AddLine("",
          absl::StrCat(report_.subject, ", network namespace ", report_.netns, ", ", reader, ", ",
                       absl::FormatTime("%Y-%m-%d %H:%M:%S", report_.time, absl::UTCTimeZone()),
                       " UTC"));
  if (report_.ports) AddPorts(*report_.ports);
  constexpr std::array kStyles = {Style::kGood, Style::kWarning, Style::kCritical, Style::kWarning};
  absl::StrAppend(
      &out_, "\n",
      Paint(VerdictText(report_), kStyles.at(static_cast<size_t>(report_.exit_status())), colour_),
      "\n");
}

void TextReport::AddPorts(const DoctorPorts& ports) {
  std::string line = absl::StrCat("Ephemeral ports ", ports.range.min, "-", ports.range.max, ": ",
                                  ports.usable, " usable, ", ports.reserved, " reserved");
  std::vector<std::string> by;
  bool all_known = true;
  for (size_t i = 0; i < kPortBlockCount; ++i) {
    all_known = all_known && ports.blocked[i].has_value();
    if (ports.blocked[i].value_or(0) == 0) continue;
    by.push_back(absl::StrCat(kPortBlockNames[i], " ", *ports.blocked[i]));
  }
  if (ports.capacity) {
    absl::StrAppend(&line, ", ", all_known ? "" : "at least ", ports.capacity->blocked, " blocked");
    if (!by.empty()) absl::StrAppend(&line, " (", absl::StrJoin(by, ", "), ")");
    absl::StrAppend(&line, ", ", ports.capacity->open(), " for each destination");
  }
  AddLine("", line);
}

void TextReport::AddProblem(const std::vector<DoctorFinding>& problem) {
  for (const DoctorFinding& finding : problem) {
    const RuleInfo& rule = *finding.rule;
    const std::string severity = absl::StrCat("[", SeverityName(rule.severity), "]");
    absl::StrAppend(
        &out_, Paint(severity, kSeverityStyles.at(static_cast<size_t>(rule.severity)), colour_),
        " ", Paint(rule.name, Style::kBold, colour_),
        finding.over ? " (a moment ago; not when looked at again)" : "", "\n");
    AddLine(kIndent, finding.line);
  }
  AddLine("    do:  ", problem.front().rule->remedy);
  for (const DoctorFinding& finding : problem) {
    AddLine(&finding == &problem.front() ? "    see: " : "         ", RunbookOf(*finding.rule));
  }
}

void TextReport::AddFindings() {
  for (const std::vector<DoctorFinding>& problem : report_.findings.Problems()) {
    if (IsNote(problem)) continue;
    out_ += "\n";
    AddProblem(problem);
  }
}

// Notes are printed after the problems.
void TextReport::AddNotes() {
  std::vector<std::vector<DoctorFinding>> notes = report_.findings.Problems();
  std::erase_if(notes, std::not_fn(IsNote));
  if (notes.empty()) return;
  AddHeading("Worth knowing");
  for (const std::vector<DoctorFinding>& note : notes) AddProblem(note);
}

void TextReport::AddDestinations() {
  const std::vector<DoctorDestination>& destinations = report_.destinations;
  if (!destinations.empty()) {
    using enum Table::Align;
    AddHeading(absl::StrCat("Fullest destinations (", destinations.size(), " of ",
                            *report_.distinct_destinations, ")"));
    Table table({kLeft, kLeft, kRight, kRight, kRight, kRight, kRight, kLeft});
    table.AddRow(
        {"source", "destination", "used", "TIME_WAIT", "reusable", "headroom", "conn/s", "outlook"},
        Style::kDim);
    for (const DoctorDestination& each : destinations) {
      const DestinationReport& report = each.report;
      const auto& [min, max] = report.headroom;
      table.AddRow(
          {ToString(report.source), EndpointText(report.address, report.port),
           absl::StrCat(report.used), absl::StrCat(report.time_wait),
           report.reusable ? absl::StrCat(*report.reusable) : "?",
           min == max ? absl::StrCat(min) : absl::StrCat(min, "..", max),
           absl::StrFormat("%.1f", report.connections_per_second), ShortOutlook(each)},
          each.exhausted() ? Style::kCritical : (each.scarce() ? Style::kWarning : Style::kPlain));
    }
    out_ += table.Text("  ", colour_);
  }
  AddList("Outlook", report_.outlook);
}

void TextReport::AddPrograms() {
  const Suspects& suspects = report_.suspects;
  const Programs& programs = report_.programs;
  if (!suspects.destination && !suspects.listener && !suspects.range && !suspects.unclosed_port) {
    return;
  }
  AddHeading("Programs");
  if (!programs.status.ok()) {
    AddLine(kBullet, absl::StrCat("Not known: ", programs.status.message(), "."));
    return;
  }
  const auto add = [&](absl::string_view what, const SocketOwners& owners) {
    AddLine(kBullet, absl::StrCat(what, ": ", OwnersText(owners, programs.some_hidden), "."));
  };
  if (suspects.range && programs.range.sockets == 0) {
    AddLine(kBullet, absl::StrCat("ports ", TextOf(*suspects.range),
                                  ": not known, sockets that are bound and nothing else are not "
                                  "listed."));
  } else if (suspects.range) {
    const bool all_listed = programs.range.sockets >= report_.ports->capacity->blocked;
    add(absl::StrCat("ports ", TextOf(*suspects.range),
                     all_listed ? "" : " (sockets that are bound and nothing else are not listed)"),
        programs.range);
  } else if (suspects.destination) {
    add(TextOf(*suspects.destination), programs.client);
    if (programs.server.sockets > 0) add("  served here by", programs.server);
  }
  if (suspects.listener) {
    const ListenGroup& listener = *suspects.listener;
    add(absl::StrCat("listener ", EndpointText(listener.address, listener.port), ", queue ",
                     listener.queue, listener.limit ? absl::StrCat(" of ", *listener.limit) : ""),
        programs.listener);
  }
  if (suspects.unclosed_port) {
    add(absl::StrCat("CLOSE_WAIT on port ", *suspects.unclosed_port), programs.unclosed);
  }
}

void TextReport::AddMovements() {
  if (!report_.seconds) return;
  AddHeading(absl::StrFormat("What moves (over %.1f s)", *report_.seconds));
  Table table({Table::Align::kRight, Table::Align::kLeft, Table::Align::kLeft});
  for (const Movement& movement : report_.movements) {
    table.AddRow({absl::StrFormat("%.1f/s", movement.per_second),
                  std::string(movement.counter->name), std::string(movement.counter->meaning)});
  }
  out_ += table.Text("  ", colour_);
  bool moved = !report_.movements.empty();
  if (report_.change) {
    const auto& [before, after] = *report_.change;
    std::vector<std::string> changes;
    const auto compare = [&](absl::string_view what, uint32_t was, uint32_t is) {
      if (was != is) changes.push_back(absl::StrCat(what, " ", was, " -> ", is));
    };
    compare("ports used", before.used, after.used);
    compare("in TIME_WAIT", before.time_wait, after.time_wait);
    compare("headroom at most", before.headroom.max, after.headroom.max);
    if (!changes.empty()) {
      AddLine(kBullet, absl::StrCat(TextOf(after), ": ", absl::StrJoin(changes, ", ")));
      moved = true;
    }
  }
  if (!moved) AddLine("  ", "Nothing.");
}

void TextReport::AddUnexamined() {
  std::vector<std::string> not_checkable;
  for (const UncheckedRule& unchecked : report_.findings.unchecked) {
    if (!absl::IsNotFound(unchecked.why)) continue;
    not_checkable.push_back(absl::StrCat(unchecked.rule->name, " (", unchecked.why.message(), ")"));
  }
  if (report_.unexamined.empty() && not_checkable.empty()) return;
  AddHeading("Not examined");
  for (const Unexamined& each : report_.unexamined) {
    std::vector<std::string> parts = each.collectors;
    if (!each.rules.empty()) parts.push_back(Count(each.rules.size(), "rule"));
    AddLine(kBullet, absl::StrCat(absl::StrJoin(parts, ", "), ": ", each.reason));
  }
  if (!not_checkable.empty()) {
    AddLine(kBullet, absl::StrCat("not checkable here: ", absl::StrJoin(not_checkable, ", ")));
  }
}

}  // namespace

std::string ToText(const DoctorReport& report, bool colour) {
  return TextReport(report, colour).Text();
}

std::string VerdictText(const DoctorReport& report) {
  const DoctorFindings& findings = report.findings;
  std::vector<std::string> counts;
  const auto add = [&](size_t count, const std::string& text) {
    if (count > 0) counts.push_back(text);
  };
  const size_t critical = findings.ProblemsOf(Severity::kCritical);
  const size_t warnings = findings.ProblemsOf(Severity::kWarning);
  const size_t notes = findings.ProblemsOf(Severity::kInfo);
  add(critical, absl::StrCat(critical, " critical"));
  add(warnings, Count(warnings, "warning"));
  add(notes, Count(notes, "note"));
  constexpr auto kWords =
      std::to_array<absl::string_view>({"FINE", "WARNING", "CRITICAL", "NOT EXAMINED"});
  return absl::StrCat(kWords.at(static_cast<size_t>(report.exit_status())), ": ",
                      counts.empty() ? "nothing found" : absl::StrJoin(counts, ", "), "; ",
                      findings.checked, " of ", findings.checked + findings.unchecked.size(),
                      " rules checked",
                      report.unexamined.empty() ? "" : ", see below for what failed");
}

}  // namespace tcp_lifecycle
