// What an HTTP client may write and this program parses: the query, two headers, a listen address
// (which comes from the command line), and the gate's look for the end of a request header. The
// first byte chooses.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string>

#include "absl/strings/string_view.h"
#include "exporter/http/accept_gate.h"
#include "exporter/http/http_request.h"
#include "exporter/http/listen_address.h"
#include "exporter/http/page/html.h"

namespace tcp_lifecycle {
namespace {

// The invariant's failure is the finding.
void Check(bool holds) {
  if (!holds) std::abort();
}

void FuzzQuery(absl::string_view text) {
  const auto parameters = ParseQuery(text);
  size_t decoded = 0;
  if (parameters.ok()) {
    for (const auto& [name, value] : *parameters) decoded += name.size() + value.size();
  }
  Check(decoded <= text.size());
  const CollectorNames names = {.all = {"sockets", "ports"}, .enabled = {"sockets"}};
  const auto filter = FilterOf(text, names);
  if (!parameters.ok()) Check(!filter.ok());
}

void FuzzScrapeTimeout(absl::string_view text) {
  const auto time = ParseScrapeTimeout(text);
  if (time.has_value()) Check(time->count() > 0 && time->count() <= 24 * 3600 * 1000);
}

void FuzzHostPort(absl::string_view text) {
  const auto parsed = ParseHostPort(text);
  if (parsed.ok()) Check(parsed->host.size() < text.size());
}

void FuzzHeaderEnd(absl::string_view text) {
  // More bytes never make a whole header unfinished.
  const std::span<const char> bytes(text.data(), text.size());
  const bool whole = HoldsRequestHeader(bytes);
  if (HoldsRequestHeader(bytes.first(bytes.size() / 2))) Check(whole);
}

void FuzzEscape(absl::string_view text) {
  const std::string escaped = ToHtml(text).code;
  Check(escaped.find_first_of("<>\"'") == std::string::npos);
}

}  // namespace
}  // namespace tcp_lifecycle

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace tcp_lifecycle;  // NOLINT(google-build-using-namespace)
  if (size == 0) return 0;
  const absl::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] % 6) {
    case 0:
      FuzzQuery(text);
      break;
    case 1:
      AcceptsGzip(text);
      break;
    case 2:
      FuzzScrapeTimeout(text);
      break;
    case 3:
      FuzzHostPort(text);
      break;
    case 4:
      FuzzHeaderEnd(text);
      break;
    default:
      FuzzEscape(text);
      break;
  }
  return 0;
}
