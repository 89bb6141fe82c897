#include "exporter/http/server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <future>
#include <new>
#include <thread>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tests/unit/exporter/http/client.h"
#include "tests/unit/exporter/http/gunzip.h"

namespace tcp_lifecycle {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::AnyOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;
using SharedResult = std::shared_ptr<const ScrapeResult>;

SharedResult ResultOf(std::string text) {
  auto result = std::make_shared<ScrapeResult>();
  result->self_text = std::move(text);
  return result;
}

HttpOptions OptionsFor(std::vector<std::string> addresses) {
  HttpOptions options;
  options.listen_addresses = std::move(addresses);
  options.handlers.telemetry_path = "/metrics";
  options.handlers.scrape_timeout = std::chrono::seconds(10);
  return options;
}

class ServerTest : public testing::Test {
 protected:
  ServerTest() {
    auto server = HttpServer::Start(OptionsFor({"127.0.0.1:0"}), [this](const Deadline& deadline) {
      return scrape_ ? scrape_(deadline) : ResultOf("up 1\n");
    });
    EXPECT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
    port_ = server_->ports().at(0);
  }

  // The answer to one request on a connection of its own.
  std::string Ask(absl::string_view request) {
    Client client(port_);
    client.Send(request);
    return client.ReadAll();
  }
  std::string Get(absl::string_view target, absl::string_view header = "") {
    return Ask(absl::StrCat("GET ", target, " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n", header,
                            "\r\n"));
  }

  Handlers::Scrape scrape_;  // set before the first request
  uint16_t port_ = 0;
  std::unique_ptr<HttpServer> server_;
};

std::string BodyOf(const std::string& answer) { return answer.substr(answer.find("\r\n\r\n") + 4); }

TEST_F(ServerTest, MetricsHaveTheirExactContentTypeAndLength) {
  const std::string answer = Get("/metrics");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(answer, HasSubstr("\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\n"));
  EXPECT_THAT(answer, HasSubstr("\r\nContent-Length: 5\r\n"));
  EXPECT_THAT(answer, HasSubstr("\r\nCache-Control: no-store\r\n"));
  EXPECT_THAT(answer, Not(HasSubstr("Access-Control-Allow-Origin")));
  EXPECT_THAT(answer, EndsWith("\r\n\r\nup 1\n"));
}

TEST_F(ServerTest, HeadHasTheHeaderOfGetAndNoBody) {
  const std::string answer = Ask("HEAD /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(answer, HasSubstr("\r\nContent-Length: 5\r\n"));
  EXPECT_THAT(answer, EndsWith("\r\n\r\n"));
}

TEST_F(ServerTest, ALargePageIsCompressedForThoseWhoTakeIt) {
  const std::string page(10'000, 'x');
  scrape_ = [&](const Deadline&) { return ResultOf(page); };
  const std::string compressed = Get("/metrics", "Accept-Encoding: gzip\r\n");
  EXPECT_THAT(compressed, HasSubstr("\r\nContent-Encoding: gzip\r\n"));
  EXPECT_EQ(Gunzip(BodyOf(compressed)), page);
  const std::string plain = Get("/metrics", "Accept-Encoding: gzip;q=0\r\n");
  EXPECT_THAT(plain, Not(HasSubstr("Content-Encoding")));
  EXPECT_EQ(BodyOf(plain), page);
}

TEST_F(ServerTest, APageIsCompressedFromAKibibyteOn) {
  for (const size_t size : {1023, 1024}) {
    scrape_ = [&](const Deadline&) { return ResultOf(std::string(size, 'x')); };
    const bool compressed =
        absl::StrContains(Get("/metrics", "Accept-Encoding: gzip\r\n"), "Content-Encoding: gzip");
    EXPECT_EQ(compressed, size >= 1024) << size;
  }
}

TEST_F(ServerTest, TheScrapeTimeoutHeaderReachesTheScrape) {
  milliseconds left{0};
  scrape_ = [&](const Deadline& deadline) {
    left = deadline.Left();
    return ResultOf("");
  };
  Get("/metrics", "X-Prometheus-Scrape-Timeout-Seconds: 2\r\n");
  EXPECT_LE(left, seconds(2));
  EXPECT_GT(left, milliseconds(500));
}

TEST_F(ServerTest, ConnectionsAreKeptAlive) {
  Client client(port_);
  for (int i = 0; i < 3; ++i) {
    client.Send("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_THAT(client.ReadResponse(), HasSubstr("\r\nConnection: keep-alive\r\n")) << i;
  }
  client.Send("HEAD /metrics HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_THAT(client.ReadResponse(/*with_body=*/false), HasSubstr("keep-alive"));
  client.Send("GET /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n");
  EXPECT_THAT(client.ReadResponse(), HasSubstr("keep-alive")) << "there is no body to skip";
  client.Send("GET /-/healthy HTTP/1.0\r\n\r\n");
  EXPECT_THAT(client.ReadAll(), HasSubstr("\r\nConnection: close\r\n"));
}

TEST_F(ServerTest, OnlySoManyConnectionsAreKeptAlive) {
  std::deque<Client> clients;
  int kept = 0;
  for (int i = 0; i < 50; ++i) {
    Client& client = clients.emplace_back(port_);
    client.Send("GET /-/healthy HTTP/1.1\r\nHost: x\r\n\r\n");
    const std::string answer = client.ReadResponse();
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 200"));
    if (absl::StrContains(answer, "keep-alive")) ++kept;
  }
  EXPECT_EQ(kept, 32);
  clients.clear();
  // Their places come back, shortly after.
  const Deadline deadline = Deadline::After(seconds(10));
  std::string answer;
  while (!absl::StrContains(answer, "keep-alive") && !deadline.Passed()) {
    Client client(port_);
    client.Send("GET /-/healthy HTTP/1.1\r\nHost: x\r\n\r\n");
    answer = client.ReadResponse();
  }
  EXPECT_THAT(answer, HasSubstr("keep-alive"));
}

TEST_F(ServerTest, AMalformedRequestIs400) {
  for (const absl::string_view request :
       {"nonsense\r\n\r\n", "GET\r\n\r\n", "\r\n\r\n\r\n", "GET / HTTP/1.1\r\nno colon\r\n\r\n",
        "GET / HTTP/9.9\r\n\r\n", "GET / HTTP/1.1\r\nA: \x01\r\n\r\n",
        "GET / HTTP/1.1\r\nTransfer-Encoding: magic\r\n\r\n"}) {
    const std::string answer = Ask(request);
    EXPECT_THAT(answer, AnyOf(StartsWith("HTTP/1.1 4"), StartsWith("HTTP/1.1 505"))) << request;
    EXPECT_THAT(answer, HasSubstr("\r\nContent-Type: text/plain; charset=utf-8\r\n")) << request;
  }
}

TEST_F(ServerTest, AFarTooLargeHeaderIsRefused) {
  Client client(port_);
  client.Send("GET /metrics HTTP/1.1\r\nX: ");
  client.Send(std::string(64 * 1024, 'x'));
  EXPECT_TRUE(client.Closed());
  EXPECT_THAT(Ask(absl::StrCat("GET /", std::string(8192, 'x'))),
              AnyOf(StartsWith("HTTP/1.1 400"), StartsWith("HTTP/1.1 413")));
}

TEST_F(ServerTest, ABodyIsNotWaitedFor) {
  Client client(port_);
  client.Send("POST /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000000\r\n\r\nslow");
  const Deadline soon = Deadline::After(seconds(1));
  EXPECT_THAT(client.ReadAll(), StartsWith("HTTP/1.1 405"));
  EXPECT_FALSE(soon.Passed());
  EXPECT_THAT(Ask("GET /metrics HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab"),
              HasSubstr("\r\nConnection: close\r\n"));
}

TEST_F(ServerTest, AClientThatNeverFinishesItsRequestIsClosed) {
  Client client(port_);
  client.Send("GET /metrics HTTP/1.1\r\n");
  EXPECT_TRUE(client.Closed(seconds(8)));
}

TEST_F(ServerTest, AClientThatNeverReadsIsCut) {
  scrape_ = [](const Deadline&) { return ResultOf(std::string(32 * 1024 * 1024, 'x')); };
  Client client(port_, /*receive_buffer_bytes=*/4096);
  client.Send("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n");
  ASSERT_TRUE(client.WaitReadable(Deadline::After(seconds(10))));  // the server writes from here on
  std::this_thread::sleep_for(seconds(6));
  EXPECT_LT(client.ReadAll().size(), 32u * 1024 * 1024);
}

TEST_F(ServerTest, WhatTheScrapeThrowsIs500) {
  scrape_ = [](const Deadline&) -> absl::StatusOr<SharedResult> { throw std::bad_alloc(); };
  EXPECT_THAT(Get("/metrics"), StartsWith("HTTP/1.1 500 "));
  EXPECT_THAT(Get("/-/healthy"), StartsWith("HTTP/1.1 200 "));
}

TEST_F(ServerTest, StopAnswersWhatIsInProgress) {
  std::promise<void> started;
  std::promise<void> go_on;
  scrape_ = [&](const Deadline&) {
    started.set_value();
    go_on.get_future().wait();
    return ResultOf("late 1\n");
  };
  Client client(port_);
  Client asks_readiness(port_);
  client.Send("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n");
  started.get_future().wait();
  std::thread stopper([&] { server_->Stop(); });

  std::string readiness;
  const Deadline deadline = Deadline::After(seconds(3));
  while (!absl::StrContains(readiness, " 503 ") && !deadline.Passed()) readiness = Get("/-/ready");
  EXPECT_THAT(readiness, StartsWith("HTTP/1.1 503"));
  go_on.set_value();
  EXPECT_THAT(client.ReadAll(), EndsWith("late 1\n"));
  stopper.join();
  EXPECT_FALSE(Client(port_).connected());
  server_->Stop();  // once more is harmless
}

TEST_F(ServerTest, StopDoesNotWaitForKeptConnectionsOrIdleClients) {
  Client kept(port_);
  kept.Send("GET /-/healthy HTTP/1.1\r\nHost: x\r\n\r\n");
  kept.ReadResponse();
  Client idle(port_);
  const Deadline soon = Deadline::After(seconds(3));
  server_->Stop();
  EXPECT_FALSE(soon.Passed());
  EXPECT_TRUE(kept.Closed(seconds(0)));
  EXPECT_TRUE(idle.Closed(seconds(1)));
}

TEST(ServerStartTest, APortAloneListensOnBothFamilies) {
  const auto server =
      HttpServer::Start(OptionsFor({":0"}), [](const Deadline&) { return ResultOf("up 1\n"); });
  ASSERT_TRUE(server.ok()) << server.status();
  const uint16_t port = (*server)->ports().at(0);
  EXPECT_TRUE(Client(port).connected());
  sockaddr_in6 address = {};
  address.sin6_family = AF_INET6;
  address.sin6_port = htons(port);
  address.sin6_addr = in6addr_loopback;
  const UniqueFd fd(socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!fd.valid()) GTEST_SKIP() << "no IPv6 here";
  EXPECT_EQ(connect(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
}

TEST(ServerStartTest, EveryAddressIsListenedOn) {
  const auto server = HttpServer::Start(OptionsFor({"127.0.0.1:0", "127.0.0.2:0"}),
                                        [](const Deadline&) { return ResultOf("up 1\n"); });
  ASSERT_TRUE(server.ok()) << server.status();
  EXPECT_EQ((*server)->ports().size(), 2u);
}

TEST(ServerStartTest, AnAddressThatIsTakenIsNamed) {
  const auto scrape = [](const Deadline&) { return ResultOf(""); };
  const auto first = HttpServer::Start(OptionsFor({"127.0.0.1:0"}), scrape);
  ASSERT_TRUE(first.ok()) << first.status();
  const std::string address = absl::StrCat("127.0.0.1:", (*first)->ports().at(0));
  const auto second = HttpServer::Start(OptionsFor({address}), scrape);
  EXPECT_EQ(second.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(second.status().message(), HasSubstr(address));
  EXPECT_THAT(second.status().message(), HasSubstr("Address already in use"));
}

}  // namespace
}  // namespace tcp_lifecycle
