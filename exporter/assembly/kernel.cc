#include "exporter/assembly/kernel.h"

#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "collectors/base/status.h"
#include "collectors/kernel/bpf/bpf_source.h"
#include "collectors/kernel/bpf/capabilities.h"
#include "collectors/kernel/bpf/connect_events_reader.h"
#include "collectors/kernel/namespaces/each_namespace.h"
#include "collectors/kernel/namespaces/lister.h"
#include "collectors/kernel/namespaces/namespace_facts_reader.h"
#include "collectors/kernel/namespaces/one_netns.h"
#include "collectors/kernel/procfs/netns_name.h"
#include "collectors/kernel/procfs/proc_files.h"
#include "collectors/kernel/procfs/process_stats.h"
#include "collectors/kernel/procfs/procfs_facts_reader.h"
#include "collectors/kernel/procfs/procfs_socket_owners.h"
#include "collectors/kernel/procfs/procfs_source.h"
#include "collectors/kernel/replay/replay_source.h"
#include "collectors/kernel/sock_diag/sock_diag_source.h"
#include "collectors/model/reader_names.h"
#include "exporter/assembly/checked_reader.h"

namespace tcp_lifecycle {
namespace {

using MaybeSource = absl::StatusOr<std::unique_ptr<SocketSource>>;

// The files of the thread that reads them, whose namespace may be another than its process's.
ProcFiles ThreadFiles(const std::string& procfs) {
  return ProcFiles(absl::StrCat(procfs, "/thread-self"));
}

// `own` reads the exporter's own namespace, what `open` opens those of others.
MaybeSource ReadEach(MaybeSource own, EachNamespaceSource::Opener open, const std::string& procfs) {
  if (!own.ok()) return own;
  return std::make_unique<EachNamespaceSource>(*std::move(own), std::move(open),
                                               ThreadFiles(procfs));
}

SourceOpener SockDiagOpener(const std::string& procfs) {
  return [procfs] { return ReadEach(OpenSockDiag(), OpenSockDiag, procfs); };
}

// Those that read by BPF check themselves: a kernel may load a program and mean something else.
std::vector<SourceCandidate> CheckedSources(const Options& options, const Logger& logger) {
  std::vector<SourceCandidate> candidates = LiveSources(options);
  const SourceOpener fallback = SockDiagOpener(options.procfs);
  for (SourceCandidate& candidate : candidates) {
    if (!candidate.by_bpf) continue;
    candidate.open = Checked(std::move(candidate.open), fallback, logger);
  }
  return candidates;
}

// Keeps a recording unpacked for as long as it is read.
class RecordedFacts final : public ProcfsFactsReader {
 public:
  explicit RecordedFacts(Replay& replay)
      : ProcfsFactsReader(ProcFiles(replay.procfs_root)), unpacked_(std::move(replay.unpacked)) {}

 private:
  std::unique_ptr<TemporaryDirectory> unpacked_;
};

absl::Status OpenRecording(const Options& options, Kernel& kernel) {
  absl::StatusOr<Replay> replay = OpenReplay(options.recording);
  if (!replay.ok()) return Prefixed("--collector.sockets.recording", replay.status());
  kernel.sockets = std::move(replay->sockets);
  kernel.namespaces = std::make_unique<OneNetns>(replay->netns);
  kernel.facts = std::make_unique<RecordedFacts>(*replay);
  return absl::OkStatus();
}

std::unique_ptr<ConnectEventsReader> OpenConnectEvents(const Netns& netns, const Logger& logger) {
  absl::StatusOr<std::unique_ptr<ConnectEventsReader>> events =
      CountConnectEvents(static_cast<uint32_t>(netns.inode));
  if (events.ok()) return *std::move(events);
  logger.Info("failed connections are not counted", {{"error", events.status().ToString()}});
  return nullptr;
}

absl::Status OpenLive(const Options& options, const KernelNeeds& needs, const Logger& logger,
                      Kernel& kernel) {
  const ProcFiles files(options.procfs);
  if (absl::StatusOr<uint64_t> entries = files.CountEntries("."); !entries.ok()) {
    return Prefixed("--path.procfs", entries.status());
  }
  const Netns netns = FindOwnNetns(files);
  kernel.namespaces =
      std::make_unique<LiveNetnsLister>(files, options.run_dir, options.namespaces, netns);
  kernel.facts = std::make_unique<NamespaceFactsReader>(files, needs.facts_of_others);
  if (needs.sockets) {
    absl::StatusOr<std::unique_ptr<SocketSource>> source =
        ChooseSource(CheckedSources(options, logger), logger);
    if (!source.ok()) return Prefixed("--collector.sockets.source", source.status());
    kernel.sockets = *std::move(source);
  }
  if (needs.connect_events && !options.no_bpf) {
    kernel.connect_events = OpenConnectEvents(netns, logger);
  }
  GiveUpBpfCapabilities();
  return absl::OkStatus();
}

}  // namespace

std::vector<SourceCandidate> LiveSources(const Options& options) {
  const std::string& root = options.procfs;
  const SourceOpener open_sock_diag = SockDiagOpener(root);
  const auto open_bpf = [open_sock_diag](WalkKind kind) -> MaybeSource {
    MaybeSource dumps = open_sock_diag();
    if (!dumps.ok()) return dumps;
    return OpenBpf(kind, *std::move(dumps));
  };
  const auto open_procfs = [root] {
    const auto open = [root] { return std::make_unique<ProcfsSource>(ThreadFiles(root)); };
    return ReadEach(std::make_unique<ProcfsSource>(ProcFiles(root)), open, root);
  };
  const SourceCandidate bpf = {kBpfReader, [open_bpf] { return open_bpf(WalkKind::kCast); }, true};
  const SourceCandidate bpf_probe = {kBpfProbeReader,
                                     [open_bpf] { return open_bpf(WalkKind::kProbe); }, true};
  const SourceCandidate sock_diag = {kSockDiagReader, open_sock_diag};
  const SourceCandidate procfs = {kProcfsReader, open_procfs};
  switch (options.source) {
    case SourceChoice::kBpf:
      return {bpf};
    case SourceChoice::kBpfProbe:
      return {bpf_probe};
    case SourceChoice::kSockDiag:
      return {sock_diag};
    case SourceChoice::kProcfs:
      return {procfs};
    default:
      if (options.no_bpf) return {sock_diag, procfs};
      return {bpf, bpf_probe, sock_diag, procfs};
  }
}

absl::StatusOr<Kernel> OpenKernel(const Options& options, const KernelNeeds& needs,
                                  const Logger& logger) {
  Kernel kernel;
  const absl::Status status = options.source == SourceChoice::kReplay
                                  ? OpenRecording(options, kernel)
                                  : OpenLive(options, needs, logger, kernel);
  if (!status.ok()) return status;
  kernel.process = std::make_unique<ProcfsProcessStats>(ProcFiles("/proc"));
  return kernel;
}

std::unique_ptr<SocketOwnersReader> OpenSocketOwners(const Options& options) {
  if (options.source == SourceChoice::kReplay) return nullptr;
  return std::make_unique<ProcfsSocketOwners>(ProcFiles(options.procfs));
}

}  // namespace tcp_lifecycle
