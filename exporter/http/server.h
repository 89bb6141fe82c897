// The exporter's HTTP server: carries requests to Handlers and their answers back, over civetweb.
// exporter/main.cc starts it after everything else and stops it first.
//
// Slow clients cannot hold it up for long: connections without a request wait outside of the worker
// threads (accept_gate.h), a request that has come is answered within a few seconds or cut, and
// only a few connections are kept alive at a time.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "exporter/http/handlers.h"

namespace tcp_lifecycle {

struct HttpOptions {
  // Each `:PORT` (IPv4 and IPv6), `HOST:PORT` or `[IPV6]:PORT`.
  std::vector<std::string> listen_addresses;
  HandlerOptions handlers;
  // Takes what the HTTP library says of connections and requests, from any thread.
  std::function<void(absl::string_view message)> log;
};

class HttpServer {
 public:
  // Listens and answers when this returns. Errors: as ListeningPorts;
  // Unavailable with the library's words where it does not start all the same.
  static absl::StatusOr<std::unique_ptr<HttpServer>> Start(HttpOptions options,
                                                           Handlers::Scrape scrape);
  ~HttpServer();  // as Stop
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  // From here on /-/ready answers 503 and no connection is kept alive; returns when the requests in
  // progress are answered, or cut after a few seconds, and nothing listens any more.
  void Stop();

  // One for each listening socket; tells which ports `:0` got.
  std::vector<uint16_t> ports() const;

 private:
  class Impl;
  explicit HttpServer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace tcp_lifecycle
