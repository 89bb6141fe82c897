#include "exporter/scrape/self_metrics.h"

#include <array>

#include "absl/strings/string_view.h"
#include "collectors/model/reader_names.h"

namespace tcp_lifecycle {
namespace {

constexpr FamilyDescriptor kCollectorSuccess =
    Gauge("scrape_collector_success", {"collector"},
          "Whether the collector could tell all it should: 1, else 0.", "")
        .Of(Scope::kExporter);
constexpr FamilyDescriptor kCollectorDuration =
    Gauge("scrape_collector_duration_seconds", {"collector"},
          "Time that the collector's own work took in this scrape.", "")
        .Of(Scope::kExporter);
constexpr FamilyDescriptor kNamespaceSuccess =
    Gauge("scrape_namespace_success", {},
          "Whether the namespace's sockets were read to the end, and of one that is not the "
          "exporter's own the settings and counters that its families are made of as well: 1, "
          "else 0.",
          "")
        .Of(Scope::kEveryNamespace);
constexpr FamilyDescriptor kNamespacesOmitted =
    Gauge("scrape_namespaces_omitted", {},
          "Network namespaces that are not on the page because they are more than "
          "--collector.namespaces.limit.",
          "")
        .Of(Scope::kExporter);
constexpr FamilyDescriptor kPassDuration =
    Gauge("scrape_pass_duration_seconds", {}, "Time that reading the sockets took.", "")
        .Of(Scope::kExporter);
constexpr FamilyDescriptor kPassSockets =
    Gauge("scrape_pass_sockets", {}, "Sockets that were read, of all namespaces.", "")
        .Of(Scope::kExporter);
constexpr FamilyDescriptor kPassTruncated =
    Gauge("scrape_pass_truncated", {},
          "1 when reading the sockets ended early, by the deadline or an error, or when namespaces "
          "or their facts were not read by the deadline.",
          "")
        .Of(Scope::kExporter);
constexpr FamilyDescriptor kPassSkippedRows =
    Gauge("scrape_pass_skipped_rows", {"reason"},
          "Rows left out because their state is unknown or their bytes make no sense; a row of "
          "which only attributes are bad counts as malformed and stays in.",
          "")
        .Of(Scope::kExporter);
constexpr FamilyDescriptor kPassPieces =
    Gauge("scrape_pass_pieces", {},
          "With a BPF reader: pieces in which the kernel's table was walked.", "")
        .Of(Scope::kExporter);
constexpr FamilyDescriptor kPassRewalks =
    Gauge("scrape_pass_rewalks", {},
          "With a BPF reader: buckets walked again because a socket moved meanwhile.", "")
        .Of(Scope::kExporter);
constexpr FamilyDescriptor kSourceInfo =
    Gauge("scrape_source_info", {"reader"}, "1 for the way in which sockets are read.", "")
        .Of(Scope::kExporter);
constexpr FamilyDescriptor kSourceDisagreements =
    Counter("scrape_source_disagreements_total", {"field"},
            "Sockets for which the BPF reader and sock_diag reported different values of this "
            "field; after 3 for one field, sock_diag is used until the next start.",
            "")
        .Of(Scope::kExporter);
constexpr FamilyDescriptor kSourceChecks =
    Counter("scrape_source_checks_total", {},
            "With a BPF reader: comparisons with sock_diag that came to their end.", "")
        .Of(Scope::kExporter);
constexpr FamilyDescriptor kPasses =
    Counter("scrape_passes_total", {},
            "Passes over the kernel's sockets; concurrent scrapes share one.", "")
        .Of(Scope::kExporter);
constexpr FamilyDescriptor kBpfSeconds =
    Counter("scrape_bpf_seconds_total", {},
            "With a BPF reader: CPU time that its programs took, checks included.", "")
        .Of(Scope::kExporter);
constexpr FamilyDescriptor kBpfMapMemory =
    Gauge("scrape_bpf_map_memory_bytes", {}, "With BPF: kernel memory of the exporter's maps.",
          "/proc/self/fdinfo memlock")
        .Of(Scope::kExporter);
constexpr FamilyDescriptor kBuildInfo =
    Gauge("exporter_build_info", {"version", "revision", "compiler", "bpf"},
          "1, with the exporter's build as labels.", "")
        .Of(Scope::kExporter);
// The standard names and texts, as every exporter has them: the page of another may be beside ours.
constexpr FamilyDescriptor kProcessCpu =
    Counter("process_cpu_seconds_total", {}, "Total user and system CPU time spent in seconds.",
            "/proc/self/stat utime, stime")
        .Of(Scope::kExporter)
        .Unprefixed();
constexpr FamilyDescriptor kProcessStart =
    Gauge("process_start_time_seconds", {},
          "Start time of the process since unix epoch in seconds.",
          "/proc/self/stat starttime, /proc/stat btime")
        .Of(Scope::kExporter)
        .Unprefixed();
constexpr FamilyDescriptor kProcessOpenFds =
    Gauge("process_open_fds", {}, "Number of open file descriptors.", "/proc/self/fd")
        .Of(Scope::kExporter)
        .Unprefixed();
constexpr FamilyDescriptor kProcessMaxFds =
    Gauge("process_max_fds", {}, "Maximum number of open file descriptors.", "RLIMIT_NOFILE")
        .Of(Scope::kExporter)
        .Unprefixed();
constexpr FamilyDescriptor kProcessVirtualMemory =
    Gauge("process_virtual_memory_bytes", {}, "Virtual memory size in bytes.",
          "/proc/self/stat vsize")
        .Of(Scope::kExporter)
        .Unprefixed();
constexpr FamilyDescriptor kProcessResidentMemory =
    Gauge("process_resident_memory_bytes", {}, "Resident memory size in bytes.",
          "/proc/self/stat rss")
        .Of(Scope::kExporter)
        .Unprefixed();

constexpr std::array kFamilies = {kCollectorSuccess,
                                  kCollectorDuration,
                                  kNamespaceSuccess,
                                  kNamespacesOmitted,
                                  kPassDuration,
                                  kPassSockets,
                                  kPassTruncated,
                                  kPassSkippedRows,
                                  kPassPieces,
                                  kPassRewalks,
                                  kSourceInfo,
                                  kSourceDisagreements,
                                  kSourceChecks,
                                  kPasses,
                                  kBpfSeconds,
                                  kBpfMapMemory,
                                  kBuildInfo,
                                  kProcessCpu,
                                  kProcessStart,
                                  kProcessOpenFds,
                                  kProcessMaxFds,
                                  kProcessVirtualMemory,
                                  kProcessResidentMemory};

void DescribePass(const ScrapeResult& result, FamilySet& out) {
  for (const NamespaceSnapshot& netns : result.snapshot.namespaces) {
    out.Add(kNamespaceSuccess, {netns.facts.netns.name}, netns.failure().ok() ? 1 : 0);
  }
  out.Add(kNamespacesOmitted, {}, static_cast<double>(result.snapshot.omitted_namespaces));
  const bool failed = result.pass.has_value() && !result.pass->status.ok();
  if (result.pass.has_value() || result.cut_short) {
    out.Add(kPassTruncated, {}, failed || result.cut_short ? 1 : 0);
  }
  if (!result.pass.has_value()) return;
  const PassOutcome& pass = *result.pass;
  out.Add(kPassDuration, {}, pass.duration_seconds);
  out.Add(kPassSockets, {}, static_cast<double>(pass.sockets));
  if (!result.snapshot.own().stream.ok()) return;
  const PassInfo& info = result.snapshot.pass;
  out.Add(kPassSkippedRows, {"unknown_state"}, static_cast<double>(info.unknown_states));
  out.Add(kPassSkippedRows, {"malformed"}, static_cast<double>(info.malformed));
  if (info.walk_pieces == 0) return;
  out.Add(kPassPieces, {}, static_cast<double>(info.walk_pieces));
  out.Add(kPassRewalks, {}, static_cast<double>(info.walk_rewalks));
}

void DescribeReader(const ReaderAccount& reader, FamilySet& out) {
  for (size_t i = 0; reader.disagreements.has_value() && i < kCheckedFieldCount; ++i) {
    out.Add(kSourceDisagreements, {kCheckedFieldNames[i]},
            static_cast<double>((*reader.disagreements)[i]));
  }
  if (reader.checks) {
    out.Add(kSourceChecks, {}, static_cast<double>(*reader.checks));
  }
  if (reader.bpf_seconds) out.Add(kBpfSeconds, {}, *reader.bpf_seconds);
}

void DescribeProcess(const ProcessStats& process, FamilySet& out) {
  out.Add(kProcessCpu, {}, process.cpu_seconds);
  out.Add(kProcessStart, {}, process.start_time_seconds);
  out.Add(kProcessOpenFds, {}, static_cast<double>(process.open_fds));
  out.Add(kProcessMaxFds, {}, static_cast<double>(process.max_fds));
  out.Add(kProcessVirtualMemory, {}, static_cast<double>(process.virtual_memory_bytes));
  out.Add(kProcessResidentMemory, {}, static_cast<double>(process.resident_memory_bytes));
}

}  // namespace

std::span<const FamilyDescriptor> SelfFamilies() { return kFamilies; }

void DescribeSelf(const ScrapeResult& result, const absl::StatusOr<ProcessStats>& process,
                  const BuildLabels& build, FamilySet& out) {
  for (const CollectorResult& collector : result.collectors) {
    out.Add(kCollectorSuccess, {collector.name}, collector.status.ok() ? 1 : 0);
  }
  for (const CollectorResult& collector : result.collectors) {
    out.Add(kCollectorDuration, {collector.name}, collector.duration_seconds);
  }
  DescribePass(result, out);
  for (absl::string_view reader : kReaderNames) {
    out.Add(kSourceInfo, {reader}, reader == result.source ? 1 : 0);
  }
  DescribeReader(result.reader, out);
  out.Add(kPasses, {}, static_cast<double>(result.passes));
  if (process.ok() && process->bpf_map_bytes) {
    out.Add(kBpfMapMemory, {}, static_cast<double>(*process->bpf_map_bytes));
  }
  out.Add(kBuildInfo, {build.version, build.revision, build.compiler, build.bpf}, 1);
  if (process.ok()) DescribeProcess(*process, out);
}

}  // namespace tcp_lifecycle
