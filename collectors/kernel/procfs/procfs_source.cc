#include "collectors/kernel/procfs/procfs_source.h"

#include <unistd.h>

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "collectors/base/status.h"
#include "collectors/kernel/procfs/line_reader.h"
#include "collectors/kernel/procfs/tcp_row.h"

namespace tcp_lifecycle {
namespace {

constexpr size_t kBatchSize = 256;

struct Pass {
  TcpStateSet states;
  SocketVisitor& visitor;
  uint32_t ticks_per_second;
  PassInfo info;
};

// One of the two files, as far as it has been read.
class TcpFile {
 public:
  static absl::StatusOr<TcpFile> Open(const ProcFiles& files, absl::string_view path,
                                      const Deadline& deadline) {
    absl::StatusOr<LineReader> lines = files.OpenLines(path, deadline);
    if (!lines.ok()) return lines.status();
    const absl::StatusOr<std::optional<absl::string_view>> header = lines->Next();
    if (!header.ok()) return header.status();
    const absl::StatusOr<TcpColumns> columns = ParseTcpHeader(header->value_or(""));
    if (!columns.ok()) return Prefixed(lines->Position(), columns.status());
    return TcpFile(*std::move(lines), *columns);
  }

  // Reads until a batch of connections is there or the file ends, and hands over the listeners
  // among what it has read.
  absl::Status ReadBatch(Pass& pass) {
    while (sockets_.size() < kBatchSize && !ended_) {
      const absl::StatusOr<std::optional<absl::string_view>> line = lines_.Next();
      if (!line.ok()) return line.status();
      if (line->has_value()) {
        TakeRow(**line, pass);
      } else {
        ended_ = true;
      }
    }
    FlushListeners(pass);
    if (ended_ && good_rows_ == 0) return first_error_;
    return absl::OkStatus();
  }

  absl::Status Finish(Pass& pass) {
    for (;;) {
      if (!sockets_.empty()) pass.visitor.OnSockets(sockets_);
      sockets_.clear();
      if (ended_) return absl::OkStatus();
      if (absl::Status read = ReadBatch(pass); !read.ok()) return read;
    }
  }

 private:
  TcpFile(LineReader lines, const TcpColumns& columns)
      : lines_(std::move(lines)), columns_(columns) {
    sockets_.reserve(kBatchSize);
  }

  void TakeRow(absl::string_view line, Pass& pass) {
    const absl::StatusOr<TcpRow> row = ParseTcpRow(line, columns_, pass.ticks_per_second);
    if (!row.ok()) {
      ++pass.info.malformed;
      first_error_.Update(Prefixed(lines_.Position(), row.status()));
      return;
    }
    ++good_rows_;
    if (row->unknown_state) {
      ++pass.info.unknown_states;
    } else if (pass.states.Contains(row->socket.state)) {
      ++pass.info.sockets;
      if (row->socket.state != TcpState::kListen) {
        sockets_.push_back(row->socket);
        return;
      }
      if (listeners_.size() == kBatchSize) FlushListeners(pass);
      Listener& listener = listeners_.emplace_back();
      listener.socket = row->socket;
      listener.accept_queue = row->rx_queue;
    }
  }

  void FlushListeners(Pass& pass) {
    if (!listeners_.empty()) pass.visitor.OnListeners(listeners_);
    listeners_.clear();
  }

  LineReader lines_;
  TcpColumns columns_;
  std::vector<Listener> listeners_;
  std::vector<Socket> sockets_;
  uint64_t good_rows_ = 0;
  absl::Status first_error_;
  bool ended_ = false;
};

}  // namespace

absl::StatusOr<PassInfo> ProcfsSource::ForEach(const SocketQuery& query, const Deadline& deadline,
                                               SocketVisitor& visitor) {
  std::vector<TcpFile> files;
  for (const absl::string_view path : {"net/tcp", "net/tcp6"}) {
    absl::StatusOr<TcpFile> file = TcpFile::Open(files_, path, deadline);
    if (file.ok()) {
      files.push_back(*std::move(file));
    } else if (path == "net/tcp" || !absl::IsNotFound(file.status())) {
      return file.status();
    }
  }
  Pass pass{.states = query.StatesOf(0),
            .visitor = visitor,
            .ticks_per_second = static_cast<uint32_t>(sysconf(_SC_CLK_TCK)),
            .info = {.knows_unaccepted = true}};
  for (TcpFile& file : files) {
    if (absl::Status read = file.ReadBatch(pass); !read.ok()) return read;
  }
  for (TcpFile& file : files) {
    if (absl::Status read = file.Finish(pass); !read.ok()) return read;
  }
  return pass.info;
}

}  // namespace tcp_lifecycle
