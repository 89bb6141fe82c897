#include "exporter/scrape/self_metrics.h"

#include <array>

#include "absl/strings/string_view.h"

namespace tcp_lifecycle {
namespace {

using prometheus::MetricType;

constexpr std::array<absl::string_view, 5> kReaders = {"bpf", "bpf_probe", "sock_diag", "procfs",
                                                       "replay"};
constexpr std::array<absl::string_view, 1> kCollectorLabel = {"collector"};
constexpr std::array<absl::string_view, 1> kFieldLabel = {"field"};
constexpr std::array<absl::string_view, 1> kNetnsLabel = {"netns"};
constexpr std::array<absl::string_view, 1> kReasonLabel = {"reason"};
constexpr std::array<absl::string_view, 1> kReaderLabel = {"reader"};
constexpr std::array<absl::string_view, 4> kBuildLabels = {"version", "revision", "compiler",
                                                           "bpf"};

// Indexes of kFamilies.
enum Self : size_t {
  kCollectorSuccess,
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
  kProcessResidentMemory,
};

constexpr FamilyDescriptor kFamilies[] = {
    {"tcp_lifecycle_scrape_collector_success", MetricType::Gauge, kCollectorLabel,
     "Whether the collector could tell all it should: 1, else 0.", "", ""},
    {"tcp_lifecycle_scrape_collector_duration_seconds", MetricType::Gauge, kCollectorLabel,
     "Time that the collector's own work took in this scrape.", "", ""},
    {"tcp_lifecycle_scrape_namespace_success", MetricType::Gauge, kNetnsLabel,
     "Whether the namespace's sockets were read to the end, and of one that is not the exporter's "
     "own its settings and counters as well: 1, else 0.",
     "", ""},
    {"tcp_lifecycle_scrape_namespaces_omitted",
     MetricType::Gauge,
     {},
     "Network namespaces that are not on the page because they are more than "
     "--collector.namespaces.limit.",
     "",
     ""},
    {"tcp_lifecycle_scrape_pass_duration_seconds",
     MetricType::Gauge,
     {},
     "Time that reading the sockets took.",
     "",
     ""},
    {"tcp_lifecycle_scrape_pass_sockets",
     MetricType::Gauge,
     {},
     "Sockets that were read, of all namespaces.",
     "",
     ""},
    {"tcp_lifecycle_scrape_pass_truncated",
     MetricType::Gauge,
     {},
     "1 when reading the sockets ended before their end, by the deadline or by an error.",
     "",
     ""},
    {"tcp_lifecycle_scrape_pass_skipped_rows", MetricType::Gauge, kReasonLabel,
     "Rows left out because their state is unknown or their bytes make no sense; a row of which "
     "only attributes are bad counts as malformed and stays in.",
     "", ""},
    {"tcp_lifecycle_scrape_pass_pieces",
     MetricType::Gauge,
     {},
     "With a BPF reader: pieces in which the kernel's table was walked.",
     "",
     ""},
    {"tcp_lifecycle_scrape_pass_rewalks",
     MetricType::Gauge,
     {},
     "With a BPF reader: buckets walked again because a socket moved meanwhile.",
     "",
     ""},
    {"tcp_lifecycle_scrape_source_info", MetricType::Gauge, kReaderLabel,
     "1 for the way in which sockets are read.", "", ""},
    {"tcp_lifecycle_scrape_source_disagreements_total", MetricType::Counter, kFieldLabel,
     "Sockets for which the BPF reader and sock_diag reported different values of this field; "
     "after 3 for one field, sock_diag is used until the next start.",
     "", ""},
    {"tcp_lifecycle_scrape_source_checks_total",
     MetricType::Counter,
     {},
     "With a BPF reader: comparisons with sock_diag that came to their end.",
     "",
     ""},
    {"tcp_lifecycle_scrape_passes_total",
     MetricType::Counter,
     {},
     "Passes over the kernel's sockets; concurrent scrapes share one.",
     "",
     ""},
    {"tcp_lifecycle_scrape_bpf_seconds_total",
     MetricType::Counter,
     {},
     "With a BPF reader: CPU time that its programs took, checks included.",
     "",
     ""},
    {"tcp_lifecycle_scrape_bpf_map_memory_bytes",
     MetricType::Gauge,
     {},
     "With BPF: kernel memory of the exporter's maps.",
     "/proc/self/fdinfo memlock",
     ""},
    {"tcp_lifecycle_exporter_build_info", MetricType::Gauge, kBuildLabels,
     "1, with the exporter's build as labels.", "", ""},
    {"process_cpu_seconds_total",
     MetricType::Counter,
     {},
     "User and system CPU time that the exporter has used.",
     "/proc/self/stat utime, stime",
     ""},
    {"process_start_time_seconds",
     MetricType::Gauge,
     {},
     "When the exporter started, in seconds since the epoch.",
     "/proc/self/stat starttime, /proc/stat btime",
     ""},
    {"process_open_fds",
     MetricType::Gauge,
     {},
     "File descriptors that the exporter has open.",
     "/proc/self/fd",
     ""},
    {"process_max_fds",
     MetricType::Gauge,
     {},
     "File descriptors that the exporter may have open.",
     "RLIMIT_NOFILE",
     ""},
    {"process_virtual_memory_bytes",
     MetricType::Gauge,
     {},
     "The exporter's virtual memory.",
     "/proc/self/stat vsize",
     ""},
    {"process_resident_memory_bytes",
     MetricType::Gauge,
     {},
     "The exporter's resident memory.",
     "/proc/self/stat rss",
     ""},
};

void DescribePass(const ScrapeResult& result, FamilySet& out) {
  for (const NamespaceSnapshot& netns : result.snapshot.namespaces) {
    out.Add(kFamilies[kNamespaceSuccess], {netns.facts.netns.name}, netns.failure().ok() ? 1 : 0);
  }
  out.Add(kFamilies[kNamespacesOmitted], {},
          static_cast<double>(result.snapshot.omitted_namespaces));
  if (!result.pass.has_value()) return;
  const PassOutcome& pass = *result.pass;
  out.Add(kFamilies[kPassDuration], {}, pass.duration_seconds);
  out.Add(kFamilies[kPassSockets], {}, static_cast<double>(pass.sockets));
  out.Add(kFamilies[kPassTruncated], {}, pass.status.ok() ? 0 : 1);
  if (!result.snapshot.own().stream.ok()) return;
  const PassInfo& info = result.snapshot.pass;
  out.Add(kFamilies[kPassSkippedRows], {"unknown_state"}, static_cast<double>(info.unknown_states));
  out.Add(kFamilies[kPassSkippedRows], {"malformed"}, static_cast<double>(info.malformed));
  if (info.walk_pieces == 0) return;
  out.Add(kFamilies[kPassPieces], {}, static_cast<double>(info.walk_pieces));
  out.Add(kFamilies[kPassRewalks], {}, static_cast<double>(info.walk_rewalks));
}

void DescribeReader(const ReaderAccount& reader, FamilySet& out) {
  for (size_t i = 0; reader.disagreements.has_value() && i < kCheckedFieldCount; ++i) {
    out.Add(kFamilies[kSourceDisagreements], {kCheckedFieldNames[i]},
            static_cast<double>((*reader.disagreements)[i]));
  }
  if (reader.checks) {
    out.Add(kFamilies[kSourceChecks], {}, static_cast<double>(*reader.checks));
  }
  if (reader.bpf_seconds) out.Add(kFamilies[kBpfSeconds], {}, *reader.bpf_seconds);
}

void DescribeProcess(const ProcessStats& process, FamilySet& out) {
  out.Add(kFamilies[kProcessCpu], {}, process.cpu_seconds);
  out.Add(kFamilies[kProcessStart], {}, process.start_time_seconds);
  out.Add(kFamilies[kProcessOpenFds], {}, static_cast<double>(process.open_fds));
  out.Add(kFamilies[kProcessMaxFds], {}, static_cast<double>(process.max_fds));
  out.Add(kFamilies[kProcessVirtualMemory], {}, static_cast<double>(process.virtual_memory_bytes));
  out.Add(kFamilies[kProcessResidentMemory], {},
          static_cast<double>(process.resident_memory_bytes));
}

}  // namespace

std::span<const FamilyDescriptor> SelfFamilies() { return kFamilies; }

void DescribeSelf(const ScrapeResult& result, const absl::StatusOr<ProcessStats>& process,
                  const BuildLabels& build, FamilySet& out) {
  for (const CollectorResult& collector : result.collectors) {
    out.Add(kFamilies[kCollectorSuccess], {collector.name}, collector.status.ok() ? 1 : 0);
  }
  for (const CollectorResult& collector : result.collectors) {
    out.Add(kFamilies[kCollectorDuration], {collector.name}, collector.duration_seconds);
  }
  DescribePass(result, out);
  for (absl::string_view reader : kReaders) {
    out.Add(kFamilies[kSourceInfo], {reader}, reader == result.source ? 1 : 0);
  }
  DescribeReader(result.reader, out);
  out.Add(kFamilies[kPasses], {}, static_cast<double>(result.passes));
  if (process.ok() && process->bpf_map_bytes) {
    out.Add(kFamilies[kBpfMapMemory], {}, static_cast<double>(*process->bpf_map_bytes));
  }
  out.Add(kFamilies[kBuildInfo], {build.version, build.revision, build.compiler, build.bpf}, 1);
  if (process.ok()) DescribeProcess(*process, out);
}

}  // namespace tcp_lifecycle
