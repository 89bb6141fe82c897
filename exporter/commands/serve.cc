#include "exporter/commands/serve.h"

#include <csignal>
#include <cstdlib>
#include <string>
#include <utility>

#include "absl/strings/str_join.h"
#include "exporter/assembly/assemble.h"
#include "exporter/build_info.h"
#include "exporter/commands/hostname.h"
#include "exporter/http/listen_address.h"
#include "exporter/http/server.h"

namespace tcp_lifecycle {
namespace {

// SIGTERM and SIGINT, taken by a waiting thread instead of a handler. Made before there is another
// thread, because threads inherit what is blocked.
class StopSignals {
 public:
  StopSignals() {
    sigemptyset(&signals_);
    sigaddset(&signals_, SIGTERM);
    sigaddset(&signals_, SIGINT);
    pthread_sigmask(SIG_BLOCK, &signals_, nullptr);
  }
  // Returns at the first signal; the next one ends the program.
  void Await() const {
    int signal = 0;
    sigwait(&signals_, &signal);
    pthread_sigmask(SIG_UNBLOCK, &signals_, nullptr);
  }

 private:
  sigset_t signals_;
};

HttpOptions HttpOptionsFrom(const Options& options, const Logger& logger) {
  HttpOptions http;
  http.listen_addresses = options.listen_addresses;
  http.handlers.telemetry_path = options.telemetry_path;
  http.handlers.scrape_timeout = options.scrape_timeout;
  http.handlers.scrape_timeout_offset = options.scrape_timeout_offset;
  http.handlers.collectors = options.collectors;
  http.handlers.page.hostname = Hostname();
  http.handlers.page.version = std::string(GetBuildInfo().version);
  http.handlers.page.telemetry_path = options.telemetry_path;
  http.log = [&logger](absl::string_view message) { logger.Debug("http", {{"text", message}}); };
  return http;
}

}  // namespace

absl::Status Serve(const Options& options, std::vector<std::unique_ptr<const Collector>> all,
                   const Logger& logger) {
  FailureLog failures(logger);
  absl::StatusOr<Pass> pass = MakePass(options, std::move(all), failures, logger);
  if (!pass.ok()) return pass.status();
  // From here on there are threads. Until here a signal ends the program as usual.
  const StopSignals signals;
  Scraper scraper([&](const Deadline& deadline) { return pass->Run(deadline); });
  const absl::StatusOr<std::unique_ptr<HttpServer>> server =
      HttpServer::Start(HttpOptionsFrom(options, logger), [&](const Deadline& deadline) {
        absl::StatusOr<Scraper::SharedResult> result = scraper.Scrape(deadline);
        failures.OnStatus("scrape", result.status());
        return result;
      });
  if (!server.ok()) return server.status();
  logger.Info("listening", {{"addresses", absl::StrJoin(options.listen_addresses, ",")},
                            {"path", options.telemetry_path},
                            {"page", LocalUrl(options.listen_addresses.front())},
                            {"version", GetBuildInfo().version}});
  signals.Await();
  logger.Info("stopping");
  // The pass first: whoever waits for it then has an answer to send, even when it is stuck.
  const bool ended = StopScraper(scraper);
  (*server)->Stop();
  if (!ended) LeaveStuckPass(logger, EXIT_SUCCESS);
  return absl::OkStatus();
}

}  // namespace tcp_lifecycle
