#include "collectors/kernel/procfs/bpf_maps.h"

#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace tcp_lifecycle {

std::optional<uint64_t> ParseMemlockBytes(absl::string_view fdinfo) {
  for (absl::string_view line : absl::StrSplit(fdinfo, '\n')) {
    uint64_t bytes = 0;
    if (absl::ConsumePrefix(&line, "memlock:")) {
      return absl::SimpleAtoi(line, &bytes) ? std::optional(bytes) : std::nullopt;
    }
  }
  return std::nullopt;
}

absl::StatusOr<uint64_t> ReadBpfMapBytes(const ProcFiles& files) {
  std::vector<std::string> maps;
  const absl::Status listed = files.ForEachEntry("self/fd", [&](absl::string_view fd) {
    // The link says what a descriptor is, at less cost than its fdinfo.
    const absl::StatusOr<std::string> link = files.ReadLink(absl::StrCat("self/fd/", fd));
    if (link.ok() && *link == "anon_inode:bpf-map") maps.emplace_back(fd);
  });
  if (!listed.ok()) return listed;
  if (maps.empty()) return absl::NotFoundError("no BPF map is open");
  uint64_t total = 0;
  for (const std::string& fd : maps) {
    const std::string path = absl::StrCat("self/fdinfo/", fd);
    const absl::StatusOr<std::string> fdinfo = files.Read(path);
    if (!fdinfo.ok()) return fdinfo.status();
    const std::optional<uint64_t> bytes = ParseMemlockBytes(*fdinfo);
    if (!bytes) return absl::DataLossError(absl::StrCat(path, ": no memlock"));
    total += *bytes;
  }
  return total;
}

}  // namespace tcp_lifecycle
