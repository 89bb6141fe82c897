// Reads files below a proc mount, or below a directory that looks like one. All of /proc that the
// exporter uses passes through here.
#pragma once

#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "collectors/model/deadline.h"

namespace tcp_lifecycle {

class ProcFiles {
 public:
  explicit ProcFiles(std::string root) : root_(std::move(root)) {}

  // The whole file `root/path`, for small ones. NotFound: absent on this kernel; PermissionDenied;
  // ResourceExhausted above 1 MiB. Every message names the path.
  absl::StatusOr<std::string> Read(absl::string_view path) const;

  // Hands out one line at a time, without its newline, in constant memory, until `line` returns an
  // error, which is then the result. DeadlineExceeded when the deadline cut it.
  absl::Status ForEachLine(absl::string_view path, const Deadline& deadline,
                           absl::FunctionRef<absl::Status(absl::string_view line)> on_line) const;

  const std::string& root() const { return root_; }

 private:
  std::string root_;
};

}  // namespace tcp_lifecycle
