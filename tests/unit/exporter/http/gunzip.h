// The opposite of Gzip, for tests.
#pragma once

#include <zlib.h>

#include <string>

#include "absl/strings/string_view.h"

namespace tcp_lifecycle {

// A text in parentheses when `compressed` is no whole gzip member.
inline std::string Gunzip(absl::string_view compressed) {
  z_stream stream = {};
  if (inflateInit2(&stream, 15 + 16) != Z_OK) return "(no memory)";
  std::string input(compressed);
  stream.next_in = reinterpret_cast<Bytef*>(input.data());
  stream.avail_in = static_cast<uInt>(input.size());
  std::string text;
  char buffer[4096];
  int result = Z_OK;
  while (result == Z_OK) {
    stream.next_out = reinterpret_cast<Bytef*>(buffer);
    stream.avail_out = sizeof(buffer);
    result = inflate(&stream, Z_NO_FLUSH);
    text.append(buffer, sizeof(buffer) - stream.avail_out);
  }
  inflateEnd(&stream);
  return result == Z_STREAM_END ? text : "(no gzip)";
}

}  // namespace tcp_lifecycle
