#include "collectors/kernel/bpf/kernel_btf.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "collectors/base/unique_fd.h"

namespace tcp_lifecycle {

absl::StatusOr<bool> KernelBtfNames(absl::string_view name, const char* path) {
  constexpr size_t kPieceBytes = 64 << 10;
  const UniqueFd file(open(path, O_RDONLY | O_CLOEXEC));
  if (!file.valid()) {
    return absl::ErrnoToStatus(errno, absl::StrCat(path, ", the kernel's BTF"));
  }
  // As its table of strings has it, between the ends of two names.
  const std::string wanted =
      absl::StrCat(absl::string_view("\0", 1), name, absl::string_view("\0", 1));
  std::string piece;
  bool begins = true;
  while (true) {
    // What is left of the piece before may have the beginning.
    const size_t kept = piece.size() < wanted.size() ? piece.size() : wanted.size() - 1;
    piece.erase(0, piece.size() - kept);
    piece.resize(kept + kPieceBytes);
    const ssize_t bytes = read(file.get(), piece.data() + kept, kPieceBytes);
    if (bytes < 0 && errno == EINTR) {
      piece.resize(kept);
      continue;
    }
    if (bytes < 0) return absl::ErrnoToStatus(errno, absl::StrCat("reading ", path));
    piece.resize(kept + static_cast<size_t>(bytes));
    // The magic number of a file of this machine's byte order.
    if (std::exchange(begins, false) && !absl::StartsWith(piece, "\x9f\xeb")) {
      return absl::DataLossError(absl::StrCat(path, " is no BTF"));
    }
    if (absl::StrContains(piece, wanted)) return true;
    if (bytes == 0) return false;
  }
}

}  // namespace tcp_lifecycle
