#include "exporter/kernel.h"

#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "collectors/kernel/bpf/capabilities.h"
#include "collectors/kernel/bpf/connect_events.h"
#include "collectors/kernel/bpf/source.h"
#include "collectors/kernel/procfs/facts_reader.h"
#include "collectors/kernel/procfs/netns_name.h"
#include "collectors/kernel/procfs/proc_files.h"
#include "collectors/kernel/procfs/process_stats.h"
#include "collectors/kernel/procfs/socket_owners.h"
#include "collectors/kernel/procfs/tcp_source.h"
#include "collectors/kernel/replay/source.h"
#include "collectors/kernel/sock_diag/source.h"
#include "exporter/source_choice.h"

namespace tcp_lifecycle {
namespace {

std::vector<SourceCandidate> LiveCandidates(const Options& options) {
  const SourceCandidate bpf = {"bpf", []() -> absl::StatusOr<std::unique_ptr<SocketSource>> {
                                 absl::StatusOr<std::unique_ptr<SocketSource>> dumps =
                                     OpenSockDiag();
                                 if (!dumps.ok()) return dumps;
                                 return OpenBpf(*std::move(dumps));
                               }};
  const SourceCandidate sock_diag = {"sock_diag", OpenSockDiag};
  const SourceCandidate procfs = {
      "procfs", [root = options.procfs]() -> absl::StatusOr<std::unique_ptr<SocketSource>> {
        return std::make_unique<ProcfsSource>(ProcFiles(root));
      }};
  switch (options.source) {
    case SourceChoice::kBpf:
      return {bpf};
    case SourceChoice::kSockDiag:
      return {sock_diag};
    case SourceChoice::kProcfs:
      return {procfs};
    default:
      return {bpf, sock_diag, procfs};
  }
}

absl::Status Annotate(absl::string_view flag, const absl::Status& status) {
  return {status.code(), absl::StrCat(flag, ": ", status.message())};
}

absl::Status OpenRecording(const Options& options, Kernel& kernel) {
  absl::StatusOr<Replay> replay = OpenReplay(options.replay_dir);
  if (!replay.ok()) return Annotate("--collector.sockets.replay-dir", replay.status());
  kernel.sockets = std::move(replay->sockets);
  kernel.facts = std::make_unique<ProcfsFactsReader>(ProcFiles(replay->procfs_root), replay->netns);
  return absl::OkStatus();
}

std::unique_ptr<ConnectEventsReader> OpenConnectEvents(const Netns& netns, const Logger& logger) {
  absl::StatusOr<std::unique_ptr<ConnectEventsReader>> events =
      netns.inode == 0 ? absl::NotFoundError("the network namespace has no number")
                       : CountConnectEvents(static_cast<uint32_t>(netns.inode));
  if (events.ok()) return *std::move(events);
  logger.Info("failed connections are not counted", {{"error", events.status().ToString()}});
  return nullptr;
}

absl::Status OpenLive(const Options& options, const KernelNeeds& needs, const Logger& logger,
                      Kernel& kernel) {
  const ProcFiles files(options.procfs);
  if (absl::StatusOr<uint64_t> entries = files.CountEntries("."); !entries.ok()) {
    return Annotate("--path.procfs", entries.status());
  }
  const Netns netns = FindOwnNetns(files);
  kernel.facts = std::make_unique<ProcfsFactsReader>(files, netns);
  if (needs.sockets) {
    absl::StatusOr<std::unique_ptr<SocketSource>> source =
        ChooseSource(LiveCandidates(options), logger);
    if (!source.ok()) return Annotate("--collector.sockets.source", source.status());
    kernel.sockets = *std::move(source);
  }
  const bool may_use_bpf =
      options.source == SourceChoice::kAuto || options.source == SourceChoice::kBpf;
  if (needs.connect_events && may_use_bpf) {
    kernel.connect_events = OpenConnectEvents(netns, logger);
  }
  GiveUpBpfCapabilities();
  return absl::OkStatus();
}

}  // namespace

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
