// What the exporter answers to each request: metrics, the landing page and its two assets, health
// and readiness, and why not. It knows nothing of sockets; server.cc carries its answers.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "collectors/base/deadline.h"
#include "exporter/http/http_request.h"
#include "exporter/http/page/page.h"
#include "exporter/scrape/filter.h"
#include "exporter/scrape/scrape_result.h"

namespace tcp_lifecycle {

// Whether metrics may stand at `path`: not where something else stands, and only where a request
// can reach it, its path being normalized before it is compared. InvalidArgument says what is wrong
// and leaves it to the caller to name the path.
absl::Status CheckTelemetryPath(absl::string_view path);

struct HandlerOptions {
  std::string telemetry_path;  // CheckTelemetryPath is content with it
  // The longest time a scrape may take, and the time without X-Prometheus-Scrape-Timeout-Seconds or
  // with one that is no time: a page is worth more to Prometheus than a refusal.
  std::chrono::milliseconds scrape_timeout{};
  // Taken off the time that Prometheus allows, for the way back.
  std::chrono::milliseconds scrape_timeout_offset{};
  CollectorNames collectors;  // what collect[] and exclude[] may name
  PageOptions page;
};

struct Response {
  int status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body = {};
  std::vector<std::pair<std::string, std::string>> headers = {};  // further ones
};

class Handlers {
 public:
  // Scraper::Scrape, or what stands for it in a test. Called from many threads.
  using Scrape =
      std::function<absl::StatusOr<std::shared_ptr<const ScrapeResult>>(const Deadline& deadline)>;

  Handlers(HandlerOptions options, Scrape scrape);
  ~Handlers() = default;
  Handlers(const Handlers&) = delete;  // the routes point here
  Handlers& operator=(const Handlers&) = delete;

  // Callable from many threads. What the scrape function throws passes through.
  Response Handle(const Request& request) const;

  // /-/ready answers 503 from now on.
  void StartDraining() { draining_ = true; }
  bool draining() const { return draining_; }

  // How long a scrape may take when Prometheus waits `allowed`, nullopt when it did not say.
  std::chrono::milliseconds ScrapeTime(std::optional<std::chrono::milliseconds> allowed) const;

 private:
  using Handler = std::function<Response(const Request&)>;

  Response Metrics(const Request& request) const;
  Response Landing() const;
  Response Ready() const;

  HandlerOptions options_;
  Scrape scrape_;
  absl::flat_hash_map<std::string, Handler> routes_;  // by path
  std::atomic<bool> draining_ = false;
};

// A short answer in plain text: `text` and a newline.
Response TextResponse(int status, absl::string_view text);

}  // namespace tcp_lifecycle
