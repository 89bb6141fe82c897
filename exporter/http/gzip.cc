#include "exporter/http/gzip.h"

// Input is not written to: zlib then takes it as const.
#define ZLIB_CONST
#include <zlib.h>

#include <limits>

namespace tcp_lifecycle {
namespace {

// A page is small and compresses ten times at the fastest level; 64 KiB of state are enough for it.
constexpr int kLevel = Z_BEST_SPEED;
constexpr int kWindowBits = 13 + 16;  // 8 KiB, with a gzip header
constexpr int kMemoryLevel = 7;

}  // namespace

absl::StatusOr<std::string> Gzip(absl::string_view text) {
  if (text.size() > std::numeric_limits<uInt>::max()) {
    return absl::ResourceExhaustedError("gzip: more than 4 GiB");
  }
  z_stream stream = {};
  if (deflateInit2(&stream, kLevel, Z_DEFLATED, kWindowBits, kMemoryLevel, Z_DEFAULT_STRATEGY) !=
      Z_OK) {
    return absl::ResourceExhaustedError("gzip: no memory");
  }
  std::string compressed(deflateBound(&stream, text.size()), '\0');
  stream.next_in = reinterpret_cast<const Bytef*>(text.data());
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(compressed.data());
  stream.avail_out = static_cast<uInt>(compressed.size());
  const int result = deflate(&stream, Z_FINISH);  // cannot stop early: the bound is the library's
  compressed.resize(stream.total_out);
  deflateEnd(&stream);
  if (result != Z_STREAM_END) return absl::InternalError("gzip: deflate did not end");
  return compressed;
}

}  // namespace tcp_lifecycle
