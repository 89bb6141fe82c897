#include "exporter/http/handlers.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "exporter/http/assets.h"
#include "exporter/http/page/page.h"

namespace tcp_lifecycle {
namespace {

constexpr absl::string_view kMetricsType = "text/plain; version=0.0.4; charset=utf-8";
// Nothing but this server's own two files; no inline script or style.
constexpr absl::string_view kPagePolicy =
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; "
    "img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

// 503 where a later try may succeed.
Response ScrapeFailure(const absl::Status& status) {
  const bool later = absl::IsDeadlineExceeded(status) || absl::IsUnavailable(status);
  return TextResponse(later ? 503 : 500, absl::StrCat("No scrape: ", status.message()));
}

Response Document(absl::string_view content_type, absl::string_view body) {
  return {.content_type = std::string(content_type), .body = std::string(body)};
}

}  // namespace

absl::Status CheckTelemetryPath(absl::string_view path) {
  const auto wrong = [](absl::string_view why) { return absl::InvalidArgumentError(why); };
  if (!absl::ConsumePrefix(&path, "/")) return wrong("must start with /");
  if (path.empty()) return wrong("is the landing page's");
  const bool plain = std::all_of(path.begin(), path.end(), [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) || absl::StrContains("/-._~", c);
  });
  if (!plain) return wrong("may hold letters, digits and / - . _ ~ only");
  if (absl::StartsWith(path, "-/")) return wrong("/-/ is kept for health checks");
  // civetweb takes such parts out of a request's path, so none would match.
  if (absl::StartsWith(path, "/") || absl::StrContains(path, "//") ||
      absl::StrContains(path, "./") || absl::EndsWith(path, ".")) {
    return wrong("may hold neither // nor a part that ends in .");
  }
  return absl::OkStatus();
}

Response TextResponse(int status, absl::string_view text) {
  return {.status = status, .body = absl::StrCat(text, "\n")};
}

Handlers::Handlers(HandlerOptions options, Scrape scrape)
    : options_(std::move(options)), scrape_(std::move(scrape)) {
  const auto add = [this](absl::string_view path, const Handler& handler) {
    routes_.try_emplace(path, handler);
  };
  add(options_.telemetry_path, [this](const Request& request) { return Metrics(request); });
  add("/", [this](const Request&) { return Landing(); });
  add("/-/healthy", [](const Request&) { return TextResponse(200, "Healthy."); });
  add("/-/ready", [this](const Request&) { return Ready(); });
  add(kPageCssPath, [](const Request&) { return Document("text/css; charset=utf-8", kPageCss); });
  add(kPageJsPath,
      [](const Request&) { return Document("text/javascript; charset=utf-8", kPageJs); });
}

Response Handlers::Handle(const Request& request) const {
  const auto route = routes_.find(request.path);
  if (route == routes_.end()) return TextResponse(404, "Not found.");
  if (request.method != "GET" && request.method != "HEAD") {
    Response response = TextResponse(405, "Only GET and HEAD are answered here.");
    response.headers.emplace_back("Allow", "GET, HEAD");
    return response;
  }
  return route->second(request);
}

Response Handlers::Ready() const {
  return draining_ ? TextResponse(503, "Shutting down.") : TextResponse(200, "Ready.");
}

Response Handlers::Metrics(const Request& request) const {
  const absl::StatusOr<CollectorFilter> filter = FilterOf(request.query, options_.collectors);
  if (!filter.ok()) return TextResponse(400, filter.status().message());
  const absl::StatusOr<std::shared_ptr<const ScrapeResult>> result =
      scrape_(Deadline::After(ScrapeTime(ParseScrapeTimeout(request.scrape_timeout_seconds))));
  if (!result.ok()) return ScrapeFailure(result.status());
  return Document(kMetricsType,
                  (*result)->Text([&](absl::string_view name) { return filter->Wants(name); }));
}

Response Handlers::Landing() const {
  const absl::StatusOr<std::shared_ptr<const ScrapeResult>> result =
      scrape_(Deadline::After(options_.scrape_timeout));
  if (!result.ok()) return ScrapeFailure(result.status());
  Response response =
      Document("text/html; charset=utf-8", RenderPage(**result, options_.page, absl::Now()));
  response.headers.emplace_back("Content-Security-Policy", kPagePolicy);
  response.headers.emplace_back("Referrer-Policy", "no-referrer");
  return response;
}

std::chrono::milliseconds Handlers::ScrapeTime(
    std::optional<std::chrono::milliseconds> allowed) const {
  if (!allowed.has_value()) return options_.scrape_timeout;
  // An offset that leaves nothing would make every scrape fail.
  if (*allowed > options_.scrape_timeout_offset) *allowed -= options_.scrape_timeout_offset;
  return std::min(*allowed, options_.scrape_timeout);
}

}  // namespace tcp_lifecycle
