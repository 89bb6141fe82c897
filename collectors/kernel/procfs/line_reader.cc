#include "collectors/kernel/procfs/line_reader.h"

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace tcp_lifecycle {

LineReader::LineReader(UniqueFd fd, std::string name, const Deadline& deadline)
    : fd_(std::move(fd)), name_(std::move(name)), deadline_(deadline), buffer_(kMaxLineBytes) {}

absl::StatusOr<std::optional<absl::string_view>> LineReader::Next() {
  ++line_number_;
  for (size_t searched = 0;;) {
    const char* const rest = buffer_.data() + begin_;
    const size_t size = end_ - begin_;
    if (const void* newline = std::memchr(rest + searched, '\n', size - searched)) {
      const auto length = static_cast<size_t>(static_cast<const char*>(newline) - rest);
      begin_ += length + 1;
      return absl::string_view(rest, length);
    }
    searched = size;
    const absl::StatusOr<bool> more = Refill();
    if (!more.ok()) return more.status();
    if (*more) continue;
    if (size == 0) return std::nullopt;
    begin_ = end_;  // a last line without a newline
    return absl::string_view(rest, size);
  }
}

std::string LineReader::Position() const { return absl::StrCat(name_, " line ", line_number_); }

absl::StatusOr<bool> LineReader::Refill() {
  if (deadline_.Passed()) {
    return absl::DeadlineExceededError(absl::StrCat(Position(), ": deadline passed"));
  }
  std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
  end_ -= begin_;
  begin_ = 0;
  if (end_ == buffer_.size()) {
    return absl::DataLossError(absl::StrCat(Position(), ": longer than ", kMaxLineBytes, " bytes"));
  }
  for (;;) {
    const ssize_t got = read(fd_.get(), buffer_.data() + end_, buffer_.size() - end_);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return absl::ErrnoToStatus(errno, Position());
    end_ += static_cast<size_t>(got);
    return got > 0;
  }
}

}  // namespace tcp_lifecycle
