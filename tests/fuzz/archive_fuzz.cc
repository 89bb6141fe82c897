// Any bytes as the tar in the archive of a recording. Nothing is written beside the directory that
// it is unpacked into.
#include <zlib.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <iterator>
#include <numeric>
#include <string>
#include <vector>

#include "collectors/kernel/replay/archive.h"
#include "collectors/kernel/replay/temporary_directory.h"

namespace {

constexpr size_t kBlockBytes = 512;

// Gives each header the checksum that its bytes have, so that what is behind the check is tried.
void RepairChecksums(std::vector<unsigned char>& tar) {
  for (size_t at = 0; at + kBlockBytes <= tar.size();) {
    unsigned char* const header = tar.data() + at;
    std::fill_n(header + 148, 8, ' ');
    const unsigned sum = std::accumulate(header, header + kBlockBytes, 0u);
    snprintf(reinterpret_cast<char*>(header + 148), 8, "%06o", sum);
    const std::string digits(reinterpret_cast<const char*>(header + 124), 12);
    const size_t size = std::strtoull(digits.c_str(), nullptr, 8) & 0xffff;
    at += kBlockBytes + (size + kBlockBytes - 1) / kBlockBytes * kBlockBytes;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace tcp_lifecycle;
  namespace fs = std::filesystem;
  std::vector<unsigned char> tar(data, data + size);
  RepairChecksums(tar);
  const auto outer =
      TemporaryDirectory::Make((fs::temp_directory_path() / "archive_fuzz").string());
  if (!outer.ok()) abort();
  const fs::path archive = fs::path(outer->path()) / "archive", inner = outer->path() + "/to/inner";
  gzFile compressed = gzopen(archive.c_str(), "wb1");
  if (compressed == nullptr) abort();
  gzwrite(compressed, tar.data(), static_cast<unsigned>(tar.size()));
  gzclose(compressed);
  fs::create_directories(inner);
  (void)UnpackArchive(archive.string(), inner.string());
  // The archive, `to`, and `inner` in it.
  if (std::distance(fs::directory_iterator(outer->path()), {}) != 2) abort();
  if (std::distance(fs::directory_iterator(inner.parent_path()), {}) != 1) abort();
  return 0;
}
