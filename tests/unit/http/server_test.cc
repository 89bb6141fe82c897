#include "exporter/http/server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <stdexcept>
#include <thread>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tests/unit/http/client.h"

namespace tcp_lifecycle {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;
using SharedResult = std::shared_ptr<const ScrapeResult>;

SharedResult ResultOf(std::string text) {
  auto result = std::make_shared<ScrapeResult>();
  result->self_text = std::move(text);
  return result;
}

std::unique_ptr<HttpServer> StartOn(const std::string& address, Handlers::Scrape scrape) {
  HttpOptions options;
  options.listen_addresses = {address};
  options.handlers.collectors.all = {"sockets", "ports"};
  options.handlers.collectors.enabled = options.handlers.collectors.all;
  absl::StatusOr<std::unique_ptr<HttpServer>> server =
      HttpServer::Start(std::move(options), std::move(scrape));
  EXPECT_TRUE(server.ok()) << server.status();
  return server.ok() ? *std::move(server) : nullptr;
}

class ServerTest : public testing::Test {
 protected:
  ServerTest()
      : server_(StartOn("127.0.0.1:0", [this](const Deadline& deadline) {
          return scrape_ ? scrape_(deadline) : ResultOf("up 1\n");
        })) {}

  uint16_t port() const { return server_->ports().at(0); }

  // The answer to one request on a connection of its own.
  std::string Ask(absl::string_view request) {
    Client client(port());
    client.Send(request);
    return client.ReadAll();
  }
  std::string Get(absl::string_view target) {
    return Ask(absl::StrCat("GET ", target, " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"));
  }

  Handlers::Scrape scrape_;  // set before the first request
  std::unique_ptr<HttpServer> server_;
};

TEST_F(ServerTest, MetricsHaveTheirExactContentTypeAndLength) {
  const std::string answer = Get("/metrics");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(answer, HasSubstr("\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\n"));
  EXPECT_THAT(answer, HasSubstr("\r\nContent-Length: 5\r\n"));
  EXPECT_THAT(answer, HasSubstr("\r\nCache-Control: no-store\r\n"));
  EXPECT_THAT(answer, EndsWith("\r\n\r\nup 1\n"));
}

TEST_F(ServerTest, HeadHasTheHeaderOfGetAndNoBody) {
  const std::string answer = Ask("HEAD /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(answer, HasSubstr("\r\nContent-Length: 5\r\n"));
  EXPECT_THAT(answer, EndsWith("\r\n\r\n"));
}

}  // namespace
}  // namespace tcp_lifecycle
