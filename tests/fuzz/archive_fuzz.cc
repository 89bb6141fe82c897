// Any bytes as the tar in the archive of a recording. Nothing is written beside the directory that
// it is unpacked into.
#include <zlib.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <iterator>

#include "collectors/kernel/replay/archive.h"
#include "collectors/kernel/replay/temporary_directory.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace tcp_lifecycle;
  namespace fs = std::filesystem;
  const auto outer =
      TemporaryDirectory::Make((fs::temp_directory_path() / "archive_fuzz").string());
  if (!outer.ok()) return 0;
  const fs::path archive = fs::path(outer->path()) / "archive", inner = outer->path() + "/to/inner";
  gzFile compressed = gzopen(archive.c_str(), "wb1");
  gzwrite(compressed, data, static_cast<unsigned>(size));
  gzclose(compressed);
  fs::create_directories(inner);
  (void)UnpackArchive(archive.string(), inner.string());
  // The archive, `to`, and `inner` in it.
  if (std::distance(fs::directory_iterator(outer->path()), {}) != 2) abort();
  if (std::distance(fs::directory_iterator(inner.parent_path()), {}) != 1) abort();
  return 0;
}
