#include "exporter/commands/check.h"

#include <sys/utsname.h>

#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "collectors/base/status.h"
#include "collectors/kernel/bpf/capabilities.h"
#include "collectors/kernel/bpf/connect_events_reader.h"
#include "collectors/kernel/bpf/kernel_forms.h"
#include "collectors/kernel/namespaces/lister.h"
#include "collectors/kernel/namespaces/netns_home.h"
#include "collectors/kernel/procfs/netns_name.h"
#include "collectors/kernel/procfs/proc_files.h"
#include "exporter/assembly/kernel.h"
#include "exporter/assembly/source_choice.h"
#include "exporter/build_info.h"
#include "exporter/commands/host_check.h"
#include "exporter/commands/standard_output.h"

namespace tcp_lifecycle {
namespace {

std::string KernelText() {
  utsname kernel = {};
  uname(&kernel);
  return absl::StrCat(kernel.sysname, " ", kernel.release, " ", kernel.machine);
}

std::string ExporterText() {
  const BuildInfo build = GetBuildInfo();
  return absl::StrCat(build.version, ", revision ", build.revision, ", ", build.compiler, ", ",
                      build.platform, ", BPF built in: ", build.bpf);
}

absl::Status BpfAllowed(const Options& options) {
  if (options.no_bpf) return absl::UnavailableError("--no-bpf excludes it");
  if (GetBuildInfo().bpf != "yes") return absl::UnimplementedError("it is not in this build");
  return HasBpfCapabilities();
}

// Which forms of its structures the programs find.
void ReadBtf(HostFacts& facts) {
  absl::StatusOr<std::vector<KernelForm>> forms = KernelForms();
  facts.btf = forms.status();
  if (forms.ok()) facts.forms = *std::move(forms);
}

// Opens each reader; of the first by BPF that works, compares its sockets with those of sock_diag.
void TryReaders(const Options& options, HostFacts& facts) {
  for (const SourceCandidate& candidate : LiveSources(options)) {
    const absl::StatusOr<std::unique_ptr<SocketSource>> source = OpenAndTry(candidate);
    facts.readers.push_back({std::string(candidate.name), source.status(), candidate.by_bpf});
    if (!source.ok() || !candidate.by_bpf || facts.self_check.has_value()) continue;
    const absl::StatusOr<std::unique_ptr<SocketLookup>> lookup = OpenSockDiagLookup();
    facts.self_check =
        lookup.ok() ? CheckReader(**source, **lookup, 1, Deadline::After(options.scrape_timeout),
                                  CheckClock::Real())
                    : absl::StatusOr<ReaderCheck>(lookup.status());
  }
}

void VisitNamespaces(const Options& options, const ProcFiles& files, const Netns& own,
                     HostFacts& facts) {
  NetnsSelection all;
  all.all = true;
  NetnsHome home;
  const NetnsList list = LiveNetnsLister(files, options.run_dir, all, own)
                             .List(Deadline::After(options.scrape_timeout));
  facts.namespaces_status = list.status;
  for (size_t i = 1; i < list.watched.size(); ++i) {
    ++facts.namespaces;
    const absl::Status visited = home.Visit(list.watched[i], [] {});
    if (visited.ok()) ++facts.namespaces_read;
    facts.namespaces_status.Update(visited);
  }
}

}  // namespace

absl::StatusOr<int> RunCheck(const Options& options) {
  HostFacts facts;
  facts.exporter = ExporterText();
  facts.kernel = KernelText();
  ReadBtf(facts);
  facts.capabilities = EffectiveCapabilities();
  facts.bpf_allowed = BpfAllowed(options);
  const ProcFiles files(options.procfs);
  if (const absl::Status procfs = files.CountEntries(".").status(); !procfs.ok()) {
    return Prefixed("--path.procfs", procfs);
  }
  const Netns own = FindOwnNetns(files);
  TryReaders(options, facts);
  facts.failed_connections = options.no_bpf
                                 ? facts.bpf_allowed
                                 : CountConnectEvents(static_cast<uint32_t>(own.inode)).status();
  VisitNamespaces(options, files, own, facts);
  const absl::Status written = WriteStandardOutput(ToText(facts));
  if (!written.ok()) return written;
  return ExitStatusOf(facts);
}

}  // namespace tcp_lifecycle
