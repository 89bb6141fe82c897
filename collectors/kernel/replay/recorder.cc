#include "collectors/kernel/replay/recorder.h"

#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <memory>
#include <system_error>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "collectors/kernel/procfs/netns_name.h"
#include "collectors/kernel/procfs/proc_files.h"
#include "collectors/kernel/replay/about.h"
#include "collectors/kernel/replay/anonymizer.h"
#include "collectors/kernel/replay/archive.h"
#include "collectors/kernel/replay/output_file.h"
#include "collectors/kernel/replay/recording_channel.h"
#include "collectors/kernel/replay/temporary_directory.h"
#include "collectors/kernel/sock_diag/netlink_channel.h"
#include "collectors/kernel/sock_diag/sock_diag_source.h"
#include "collectors/model/sysctl_table.h"

namespace tcp_lifecycle {
namespace {

// What the readers of facts and of sockets open below /proc, beside kSysctlTable.
constexpr auto kProcFiles = std::to_array<absl::string_view>(
    {"net/sockstat", "net/sockstat6", "net/snmp", "net/netstat", "net/tcp", "net/tcp6",
     "sys/kernel/osrelease", "sys/net/ipv4/tcp_mem", "sys/net/ipv4/ip_local_port_range",
     "sys/net/ipv4/ip_local_reserved_ports"});

absl::Status MakeDirectory(const std::string& path) {
  if (mkdir(path.c_str(), 0755) == 0) return absl::OkStatus();
  return absl::ErrnoToStatus(errno, absl::StrCat("making the directory ", path));
}

absl::Status CopyLines(const ProcFiles& files, absl::string_view path, const std::string& to,
                       Anonymizer* anonymizer, const Deadline& deadline) {
  absl::StatusOr<LineReader> lines = files.OpenLines(path, deadline);
  if (!lines.ok()) return lines.status();
  const std::filesystem::path target(absl::StrCat(to, "/", path));
  std::error_code error;
  std::filesystem::create_directories(target.parent_path(), error);
  if (error) {
    return absl::InternalError(absl::StrCat("making the directory ", target.parent_path().string(),
                                            ": ", error.message()));
  }
  absl::StatusOr<OutputFile> file = OutputFile::Create(target.string());
  if (!file.ok()) return file.status();
  while (true) {
    absl::StatusOr<std::optional<absl::string_view>> line = lines->Next();
    if (!line.ok()) return line.status();
    if (!*line) return absl::OkStatus();
    const std::string text =
        anonymizer == nullptr ? std::string(**line) : anonymizer->Replaced(**line);
    if (absl::Status status = file->Write(absl::StrCat(text, "\n")); !status.ok()) return status;
  }
}

absl::Status RecordProc(const ProcFiles& files, const std::string& to, Anonymizer* anonymizer,
                        const Deadline& deadline) {
  absl::Status first_error;
  bool found = false;
  const auto copy = [&](absl::string_view path) {
    const bool has_addresses = absl::StartsWith(path, "net/tcp");
    absl::Status status =
        CopyLines(files, path, to, has_addresses ? anonymizer : nullptr, deadline);
    if (absl::IsNotFound(status)) return;
    found = true;
    first_error.Update(status);
  };
  for (absl::string_view path : kProcFiles) copy(path);
  for (const SysctlRow& row : kSysctlTable) copy(absl::StrCat("sys/", row.path));
  if (!found) return absl::NotFoundError(absl::StrCat(files.root(), " has no files of TCP"));
  return first_error;
}

absl::Status RecordDumps(UniqueFd socket, const std::string& to, absl::string_view kernel_release,
                         Anonymizer* anonymizer, const Deadline& deadline) {
  if (absl::Status status = MakeDirectory(to); !status.ok()) return status;
  SockDiagSource source(
      std::make_unique<RecordingChannel>(
          std::make_unique<NetlinkChannel>(std::move(socket), OpenSockDiagSocket), to, anonymizer),
      kernel_release);
  SocketVisitor nobody;
  return source.ForEach({}, deadline, nobody).status();
}

absl::Status RecordInto(const std::string& dir, const std::string& procfs_root,
                        Anonymizer* anonymizer, const Deadline& deadline) {
  absl::StatusOr<OutputFile> about_file = OutputFile::Create(absl::StrCat(dir, "/about"));
  if (!about_file.ok()) return about_file.status();
  utsname kernel = {};
  uname(&kernel);
  const ProcFiles files(procfs_root);
  About about = {
      .kernel_release = kernel.release,
      .recorded_at = absl::FormatTime(absl::RFC3339_sec, absl::Now(), absl::UTCTimeZone()),
      .netns = FindOwnNetns(files),
      .sock_diag = "recorded",
      .addresses = anonymizer == nullptr ? "as they are" : "replaced"};
  absl::StatusOr<UniqueFd> socket = OpenSockDiagSocket();
  absl::Status dumped;
  if (socket.ok()) {
    dumped = RecordDumps(*std::move(socket), absl::StrCat(dir, "/sock_diag"), kernel.release,
                         anonymizer, deadline);
    if (!dumped.ok()) about.sock_diag = dumped.ToString();
  } else {
    about.sock_diag = socket.status().ToString();
  }
  const absl::Status copied = RecordProc(files, absl::StrCat(dir, "/proc"), anonymizer, deadline);
  const absl::Status written = about_file->Write(FormatAbout(about));
  dumped.Update(copied);
  dumped.Update(written);
  return dumped;
}

}  // namespace

absl::Status Record(const Recording& recording, const std::string& procfs_root,
                    const Deadline& deadline) {
  // Created first: it fails where there is a recording already, or where nothing can be written.
  const absl::StatusOr<OutputFile> archive = OutputFile::Create(recording.archive);
  if (!archive.ok()) return archive.status();
  const absl::StatusOr<TemporaryDirectory> dir =
      TemporaryDirectory::Make(absl::StrCat(recording.archive, "."));
  Anonymizer anonymizer;
  absl::Status recorded = dir.status();
  absl::Status packed = dir.status();
  if (dir.ok()) {
    recorded = RecordInto(dir->path(), procfs_root, recording.anonymized ? &anonymizer : nullptr,
                          deadline);
    packed = PackArchive(dir->path(), recording.archive);
  }
  if (!packed.ok()) unlink(recording.archive.c_str());  // there is no half of an archive
  recorded.Update(packed);
  return recorded;
}

}  // namespace tcp_lifecycle
