// Reads a file line by line in constant memory, up to a deadline. ProcFiles::OpenLines makes them;
// the readers of long kernel files pull lines from them. A kernel file hands over a page at a time
// and may stop in the middle of a line: that is no end.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "collectors/base/deadline.h"
#include "collectors/base/unique_fd.h"

namespace tcp_lifecycle {

class LineReader {
 public:
  static constexpr size_t kMaxLineBytes = 16 << 10;

  // `name` is what messages call the file.
  LineReader(UniqueFd fd, std::string name, const Deadline& deadline);

  // The next line without its newline, valid until the next call; nullopt at the end of the file.
  // DeadlineExceeded when the deadline cut it, DataLoss at a line longer than kMaxLineBytes, else
  // the system's error. After an error there is nothing more to read.
  absl::StatusOr<std::optional<absl::string_view>> Next();

  // Where the line handed out last stands, for messages: `net/tcp line 7`.
  std::string Position() const;

 private:
  // Adds what one read gives to the rest in the buffer; false at the end of the file.
  absl::StatusOr<bool> Refill();

  UniqueFd fd_;
  std::string name_;
  Deadline deadline_;
  uint64_t line_number_ = 0;
  std::vector<char> buffer_;
  size_t begin_ = 0;  // of what has not been handed out
  size_t end_ = 0;
};

}  // namespace tcp_lifecycle
