#include "exporter/http/http_connection.h"

#include <algorithm>
#include <chrono>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "collectors/base/deadline.h"
#include "exporter/http/gzip.h"

namespace tcp_lifecycle {
namespace {

constexpr auto kWriteTime = std::chrono::seconds(5);
// civetweb's own time-out (kStall in server.cc) starts again with every byte that the client takes,
// so the deadline is looked at between pieces of this size.
constexpr size_t kWriteBytes = 16384;
constexpr size_t kGzipFrom = 1024;  // below, compression saves nothing worth its work

absl::string_view Header(const mg_connection* connection, const char* name) {
  const char* value = mg_get_header(connection, name);
  return value == nullptr ? absl::string_view() : value;
}

absl::string_view TextOf(const char* text) { return text == nullptr ? "" : text; }

bool ListHas(absl::string_view list, absl::string_view option) {
  const std::vector<absl::string_view> elements = absl::StrSplit(list, ',');
  return std::any_of(elements.begin(), elements.end(), [option](absl::string_view element) {
    return absl::EqualsIgnoreCase(absl::StripAsciiWhitespace(element), option);
  });
}

bool Write(mg_connection* connection, absl::string_view bytes) {
  const Deadline deadline = Deadline::After(kWriteTime);
  while (!bytes.empty() && !deadline.Passed()) {
    const absl::string_view piece = bytes.substr(0, kWriteBytes);
    const int written = mg_write(connection, piece.data(), piece.size());
    if (written <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  return bytes.empty();
}

}  // namespace

Request ReadRequest(const mg_connection* connection) {
  const mg_request_info* info = mg_get_request_info(connection);
  return {
      .method = std::string(TextOf(info->request_method)),
      .path = std::string(TextOf(info->local_uri)),
      .query = std::string(TextOf(info->query_string)),
      .scrape_timeout_seconds =
          std::string(Header(connection, "X-Prometheus-Scrape-Timeout-Seconds")),
      .accepts_gzip = AcceptsGzip(Header(connection, "Accept-Encoding")),
  };
}

bool MayStayOpen(const mg_connection* connection) {
  const mg_request_info* info = mg_get_request_info(connection);
  if (info->content_length > 0 || !Header(connection, "Transfer-Encoding").empty()) return false;
  const absl::string_view wish = Header(connection, "Connection");
  return wish.empty() ? TextOf(info->http_version) == "1.1" : ListHas(wish, "keep-alive");
}

bool SendResponse(mg_connection* connection, Response response, const SendOptions& options) {
  bool compressed = false;
  if (options.gzip && response.body.size() >= kGzipFrom) {
    absl::StatusOr<std::string> body = Gzip(response.body);
    compressed = body.ok();
    if (compressed) response.body = *std::move(body);
  }
  std::string header = absl::StrCat(
      "HTTP/1.1 ", response.status, " ", mg_get_response_code_text(connection, response.status),
      "\r\nDate: ", absl::FormatTime("%a, %d %b %Y %H:%M:%S GMT", absl::Now(), absl::UTCTimeZone()),
      "\r\nContent-Type: ", response.content_type, "\r\nContent-Length: ", response.body.size(),
      "\r\nConnection: ", options.keep_alive ? "keep-alive" : "close",
      "\r\nCache-Control: no-store\r\nX-Content-Type-Options: nosniff",
      "\r\nVary: Accept-Encoding\r\n");
  if (compressed) absl::StrAppend(&header, "Content-Encoding: gzip\r\n");
  for (const auto& [name, value] : response.headers) {
    absl::StrAppend(&header, name, ": ", value, "\r\n");
  }
  absl::StrAppend(&header, "\r\n");
  if (options.with_body) header += response.body;  // one write for most pages
  return Write(connection, header);
}

}  // namespace tcp_lifecycle
