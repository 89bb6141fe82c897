#include "collectors/kernel/procfs/procfs_socket_owners.h"

#include <unistd.h>

#include <algorithm>
#include <string>
#include <tuple>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "collectors/base/status.h"
#include "collectors/kernel/procfs/number.h"
#include "collectors/kernel/procfs/tcp_row.h"

namespace tcp_lifecycle {
namespace {

// What is looked for on behalf of one question.
struct Search {
  SocketOwners answer;
  absl::flat_hash_map<uint64_t, bool> seen_by_inode;
};

void TakeRow(const TcpRow& row, std::span<const SocketOwnersReader::Question> questions,
             std::vector<Search>& searches) {
  for (size_t i = 0; i < questions.size(); ++i) {
    if (!questions[i](row.socket)) continue;
    SocketOwners& answer = searches[i].answer;
    ++answer.sockets;
    if (row.inode != 0) {
      searches[i].seen_by_inode.emplace(row.inode, false);
    } else if (row.socket.state == TcpState::kTimeWait) {
      ++answer.time_wait;
    } else {
      ++answer.orphans;
    }
  }
}

absl::Status ReadRows(const ProcFiles& files, absl::string_view path,
                      std::span<const SocketOwnersReader::Question> questions,
                      const Deadline& deadline, std::vector<Search>& searches) {
  const auto ticks_per_second = static_cast<uint32_t>(sysconf(_SC_CLK_TCK));
  absl::StatusOr<LineReader> lines = files.OpenLines(path, deadline);
  if (!lines.ok()) return lines.status();
  std::optional<TcpColumns> columns;
  for (;;) {
    const absl::StatusOr<std::optional<absl::string_view>> line = lines->Next();
    if (!line.ok()) return line.status();
    if (!line->has_value()) return absl::OkStatus();
    if (!columns.has_value()) {
      const absl::StatusOr<TcpColumns> header = ParseTcpHeader(**line);
      if (!header.ok()) return Prefixed(lines->Position(), header.status());
      columns = *header;
    } else if (const absl::StatusOr<TcpRow> row = ParseTcpRow(**line, *columns, ticks_per_second);
               row.ok() && !row->unknown_state) {
      TakeRow(*row, questions, searches);
    }
  }
}

std::string NameOf(const ProcFiles& files, uint32_t pid) {
  const absl::StatusOr<std::string> comm = files.Read(absl::StrCat(pid, "/comm"));
  return comm.ok() ? std::string(absl::StripSuffix(*comm, "\n")) : "?";
}

// Adds the process to the answers about sockets that it holds. PermissionDenied where it may not be
// looked into; a process that has ended holds none.
absl::Status LookInto(const ProcFiles& files, uint32_t pid, std::vector<Search>& searches) {
  const std::string directory = absl::StrCat(pid, "/fd");
  absl::flat_hash_set<uint64_t> held;  // once each: a process may have two descriptors of a socket
  absl::Status unreadable;
  absl::Status status = files.ForEachEntry(directory, [&](absl::string_view fd) {
    const absl::StatusOr<std::string> link = files.ReadLink(absl::StrCat(directory, "/", fd));
    if (absl::IsPermissionDenied(link.status())) {
      unreadable = link.status();
    } else if (!link.ok()) {
      return;  // closed meanwhile
    } else if (const std::optional<uint64_t> inode = ParseSocketLink(*link)) {
      held.insert(*inode);
    }
  });
  status.Update(unreadable);
  for (Search& search : searches) {
    uint64_t sockets = 0;
    for (const uint64_t inode : held) {
      const auto found = search.seen_by_inode.find(inode);
      if (found == search.seen_by_inode.end()) continue;
      found->second = true;
      ++sockets;
    }
    if (sockets > 0) search.answer.owners.push_back({pid, NameOf(files, pid), sockets});
  }
  return status;
}

SocketOwners Conclude(Search search) {
  SocketOwners& answer = search.answer;
  for (const auto& [inode, seen] : search.seen_by_inode) answer.unseen += seen ? 0 : 1;
  std::sort(answer.owners.begin(), answer.owners.end(), [](const auto& a, const auto& b) {
    return std::tuple(b.sockets, a.pid) < std::tuple(a.sockets, b.pid);
  });
  return std::move(answer);
}

}  // namespace

std::optional<uint64_t> ParseSocketLink(absl::string_view link) {
  uint64_t inode = 0;
  if (!absl::ConsumePrefix(&link, "socket:[") || !absl::ConsumeSuffix(&link, "]") ||
      !ParseNumber(link, inode)) {
    return std::nullopt;
  }
  return inode;
}

absl::StatusOr<SocketOwnersAnswer> ProcfsSocketOwners::Read(std::span<const Question> questions,
                                                            const Deadline& deadline) {
  std::vector<Search> searches(questions.size());
  for (const absl::string_view path : {"net/tcp", "net/tcp6"}) {
    const absl::Status read = ReadRows(files_, path, questions, deadline, searches);
    // An absent tcp6 is IPv6 turned off.
    if (!read.ok() && (path == "net/tcp" || !absl::IsNotFound(read))) return read;
  }
  SocketOwnersAnswer answer;
  const ProcFiles files = files_.Until(deadline);
  const absl::Status listed = files.ForEachEntry(".", [&](absl::string_view name) {
    uint32_t pid = 0;
    if (!ParseNumber(name, pid)) return;
    if (absl::IsPermissionDenied(LookInto(files, pid, searches))) ++answer.hidden_processes;
  });
  if (!listed.ok()) return Prefixed("looking into all processes", listed);
  for (Search& search : searches) answer.by_question.push_back(Conclude(std::move(search)));
  return answer;
}

}  // namespace tcp_lifecycle
