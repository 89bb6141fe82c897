#include "collectors/kernel/replay/replay_source.h"

#include <array>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <system_error>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "collectors/base/status.h"
#include "collectors/kernel/procfs/proc_files.h"
#include "collectors/kernel/procfs/procfs_source.h"
#include "collectors/kernel/replay/about.h"
#include "collectors/kernel/replay/archive.h"
#include "collectors/kernel/replay/replay_channel.h"
#include "collectors/kernel/sock_diag/sock_diag_source.h"

namespace tcp_lifecycle {
namespace {

namespace fs = std::filesystem;

absl::StatusOr<std::string> ReadWhole(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return absl::ErrnoToStatus(errno, path.string());
  std::string bytes;
  std::array<char, 16384> piece;
  // read() takes what the stream throws, of a directory for one; an iterator would let it through.
  while (file.read(piece.data(), piece.size()) || file.gcount() > 0) {
    bytes.append(piece.data(), static_cast<size_t>(file.gcount()));
  }
  if (file.bad()) return absl::DataLossError(absl::StrCat(path.string(), ": cannot be read"));
  return bytes;
}

absl::StatusOr<About> ReadAbout(const fs::path& path) {
  absl::StatusOr<std::string> text = ReadWhole(path);
  if (absl::IsNotFound(text.status())) return About{};
  if (!text.ok()) return text.status();
  absl::StatusOr<About> about = ParseAbout(*text);
  return about.ok() ? about : Prefixed(path.string(), about.status());
}

absl::StatusOr<ReplayChannel::Dumps> ReadDumps(const fs::path& directory) {
  std::error_code error;
  ReplayChannel::Dumps dumps;
  fs::directory_iterator entries(directory, error);
  for (; !error && entries != fs::directory_iterator(); entries.increment(error)) {
    const fs::path& path = entries->path();
    if (path.extension() != ".nl") continue;
    absl::StatusOr<std::string> file = ReadWhole(path);
    if (!file.ok()) return file.status();
    absl::StatusOr<RecordedDump> dump = RecordedDump::Parse(*std::move(file));
    if (!dump.ok()) return Prefixed(path.string(), dump.status());
    dumps.emplace(path.stem().string(), *std::move(dump));
  }
  if (error) return absl::ErrnoToStatus(error.value(), directory.string());
  return dumps;
}

absl::StatusOr<Replay> OpenDirectory(const std::string& dir) {
  const fs::path root(dir);
  std::error_code error;
  absl::StatusOr<About> about = ReadAbout(root / "about");
  if (!about.ok()) return about.status();
  if (about->netns.name.empty()) about->netns.name = "self";

  const fs::path procfs = root / "proc";
  std::unique_ptr<SocketSource> recorded;
  if (fs::exists(root / "sock_diag", error)) {
    absl::StatusOr<ReplayChannel::Dumps> dumps = ReadDumps(root / "sock_diag");
    if (!dumps.ok()) return dumps.status();
    recorded = std::make_unique<SockDiagSource>(std::make_unique<ReplayChannel>(*std::move(dumps)),
                                                about->kernel_release);
  } else if (fs::exists(procfs / "net/tcp", error)) {
    recorded = std::make_unique<ProcfsSource>(ProcFiles(procfs.string()));
  } else {
    return absl::NotFoundError(
        absl::StrCat("recording ", dir, ": it has neither sock_diag/ nor proc/net/tcp"));
  }
  return Replay{.sockets = std::make_unique<ReplaySource>(std::move(recorded)),
                .netns = std::move(about->netns),
                .procfs_root = procfs.string(),
                .unpacked = nullptr};
}

}  // namespace

absl::StatusOr<Replay> OpenReplay(const std::string& path) {
  std::error_code error;
  if (fs::is_directory(path, error)) return OpenDirectory(path);
  if (error) return absl::ErrnoToStatus(error.value(), absl::StrCat("recording ", path));
  const fs::path temporary = fs::temp_directory_path(error);
  if (error) return absl::ErrnoToStatus(error.value(), "the directory for temporary files");
  absl::StatusOr<TemporaryDirectory> unpacked =
      TemporaryDirectory::Make((temporary / "recording.").string());
  if (!unpacked.ok()) return unpacked.status();
  if (absl::Status status = UnpackArchive(path, unpacked->path()); !status.ok()) return status;
  absl::StatusOr<Replay> replay = OpenDirectory(unpacked->path());
  if (!replay.ok()) return Prefixed(path, replay.status());
  replay->unpacked = std::make_unique<TemporaryDirectory>(*std::move(unpacked));
  return replay;
}

}  // namespace tcp_lifecycle
