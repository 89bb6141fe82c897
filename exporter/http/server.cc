#include "exporter/http/server.h"

#include <civetweb.h>
#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <condition_variable>
#include <exception>
#include <mutex>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "exporter/http/accept_gate.h"
#include "exporter/http/http_connection.h"
#include "exporter/http/listen_address.h"

namespace tcp_lifecycle {
namespace {

// Each costs about 20 kB at rest; a slow reader occupies one for 5 seconds at most.
constexpr size_t kWorkers = 128;
// Each connection kept alive costs a worker; a Prometheus server needs one.
constexpr size_t kKeptAlive = 32;
constexpr size_t kMaxRequestBytes = 8192;
// Longer than the 5 minutes after which Prometheus drops an idle connection, so that Prometheus is
// the one that closes, and the TIME_WAIT is not on the watched host.
constexpr std::chrono::milliseconds kKeepAlive = std::chrono::seconds(330);
constexpr std::chrono::milliseconds kStall = std::chrono::seconds(2);
constexpr std::chrono::milliseconds kDrain = std::chrono::seconds(5);

// Connections without a request that each listening socket may hold, out of the descriptors that
// the process may open: the workers, and the files and sockets of a scrape, come first.
size_t PendingLimit(size_t listening_sockets) {
  constexpr size_t kReserve = kWorkers + 64;
  rlimit files = {};
  getrlimit(RLIMIT_NOFILE, &files);
  const size_t free = files.rlim_cur > kReserve ? files.rlim_cur - kReserve : 0;
  return std::clamp<size_t>(free / listening_sockets, 16, 2048);
}

}  // namespace

class HttpServer::Impl {
 public:
  Impl(HttpOptions options, Handlers::Scrape scrape)
      : log_(std::move(options.log)), handlers_(std::move(options.handlers), std::move(scrape)) {}

  absl::Status Start(const std::vector<std::string>& listening_ports);
  void Stop();
  std::vector<uint16_t> ports() const;

 private:
  static Impl& Of(const mg_context* context) {
    return *static_cast<Impl*>(mg_get_user_data(context));
  }
  static Impl& Of(const mg_connection* connection) { return Of(mg_get_context(connection)); }
  static mg_callbacks Callbacks();

  int Answer(mg_connection* connection);
  void Send(mg_connection* connection, Response response, SendOptions options);
  void CountConnections(int change);
  void Log(absl::string_view message);

  const std::function<void(absl::string_view)> log_;
  Handlers handlers_;
  std::unique_ptr<AcceptGate> gate_;
  mg_context* context_ = nullptr;

  std::mutex mutex_;
  std::condition_variable drained_;
  size_t connections_ = 0;    // that have a worker
  size_t requests_ = 0;       // in progress
  std::string last_message_;  // of civetweb, for the error of a failed start
};

// Called by C code: nothing may be thrown out of these.
mg_callbacks HttpServer::Impl::Callbacks() {
  mg_callbacks callbacks = {};
  callbacks.init_thread = [](const mg_context* context, int thread_type) -> void* {
    if (thread_type == 0) Of(context).gate_->AttachToThread();
    return nullptr;
  };
  callbacks.init_connection = [](const mg_connection* connection, void** data) {
    *data = &Of(connection);  // marks it as counted
    Of(connection).CountConnections(+1);
    return 0;
  };
  callbacks.connection_close = [](const mg_connection* connection) {
    if (mg_get_user_connection_data(connection) == nullptr) return;
    Of(connection).CountConnections(-1);
  };
  callbacks.begin_request = [](mg_connection* connection) {
    return Of(connection).Answer(connection);
  };
  callbacks.http_error = [](mg_connection* connection, int status, const char* message) {
    Of(connection).Send(connection, TextResponse(status, message), {});
    return 0;
  };
  callbacks.log_message = [](const mg_connection* connection, const char* message) {
    Of(connection).Log(message);
    return 1;
  };
  return callbacks;
}

absl::Status HttpServer::Impl::Start(const std::vector<std::string>& listening_ports) {
  gate_ = std::make_unique<AcceptGate>(AcceptGate::Limits{
      .pending = PendingLimit(listening_ports.size()), .header_bytes = kMaxRequestBytes});
  const std::string ports = absl::StrJoin(listening_ports, ",");
  const std::string workers = absl::StrCat(kWorkers);
  const std::string request_bytes = absl::StrCat(kMaxRequestBytes);
  const std::string keep_alive_ms = absl::StrCat(kKeepAlive.count());
  const std::string stall_ms = absl::StrCat(kStall.count());
  std::array<const char*, 19> options = {"listening_ports", ports.c_str(),                //
                                         "num_threads", workers.c_str(),                  //
                                         "listen_backlog", "4096",                        //
                                         "max_request_size", request_bytes.c_str(),       //
                                         "tcp_nodelay", "1",                              //
                                         "enable_keep_alive", "yes",                      //
                                         "keep_alive_timeout_ms", keep_alive_ms.c_str(),  //
                                         "request_timeout_ms", stall_ms.c_str(),          //
                                         // Requests in absolute form may name any host.
                                         "enable_auth_domain_check", "no",  //
                                         nullptr};
  const mg_callbacks callbacks = Callbacks();
  context_ = mg_start(&callbacks, this, options.data());
  if (context_ != nullptr) return absl::OkStatus();
  return absl::UnavailableError(absl::StrCat("HTTP server on ", ports, ": ", last_message_));
}

void HttpServer::Impl::Stop() {
  if (context_ == nullptr) return;
  handlers_.StartDraining();
  {
    std::unique_lock<std::mutex> lock(mutex_);
    drained_.wait_for(lock, kDrain, [this] { return requests_ == 0; });
  }
  mg_stop(context_);  // cuts what is still being written
  context_ = nullptr;
  gate_.reset();
}

std::vector<uint16_t> HttpServer::Impl::ports() const {
  std::array<mg_server_port, 64> found;
  const int count = mg_get_server_ports(context_, static_cast<int>(found.size()), found.data());
  std::vector<uint16_t> ports;
  ports.reserve(found.size());
  for (int i = 0; i < count; ++i) ports.push_back(static_cast<uint16_t>(found[i].port));
  return ports;
}

int HttpServer::Impl::Answer(mg_connection* connection) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    ++requests_;
  }
  const absl::Cleanup answered = [this] {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (--requests_ == 0) drained_.notify_all();
  };
  try {
    const Request request = ReadRequest(connection);
    Response response = handlers_.Handle(request);
    const int status = response.status;
    Send(connection, std::move(response),
         {.with_body = request.method != "HEAD",
          .gzip = request.accepts_gzip,
          .keep_alive = MayStayOpen(connection)});
    return status;
  } catch (const std::exception& exception) {
    Log(absl::StrCat("request failed: ", exception.what()));
  } catch (...) {
    Log("request failed: unknown exception");
  }
  Send(connection, TextResponse(500, "Internal error."), {});
  return 500;
}

void HttpServer::Impl::Send(mg_connection* connection, Response response, SendOptions options) {
  if (handlers_.draining()) options.keep_alive = false;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (connections_ > kKeptAlive) options.keep_alive = false;
  }
  const bool sent = SendResponse(connection, std::move(response), options);
  if (!sent || !options.keep_alive) mg_disable_connection_keep_alive(connection);
}

void HttpServer::Impl::CountConnections(int change) {
  const std::lock_guard<std::mutex> lock(mutex_);
  connections_ += change;
}

void HttpServer::Impl::Log(absl::string_view message) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    last_message_ = std::string(message);
  }
  if (log_) log_(message);
}

HttpServer::HttpServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
HttpServer::~HttpServer() { Stop(); }
void HttpServer::Stop() { impl_->Stop(); }
std::vector<uint16_t> HttpServer::ports() const { return impl_->ports(); }

absl::StatusOr<std::unique_ptr<HttpServer>> HttpServer::Start(HttpOptions options,
                                                              Handlers::Scrape scrape) {
  const auto listening_ports = ListeningPorts(options.listen_addresses);
  if (!listening_ports.ok()) return listening_ports.status();
  auto impl = std::make_unique<Impl>(std::move(options), std::move(scrape));
  if (absl::Status started = impl->Start(*listening_ports); !started.ok()) return started;
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(impl)));
}

}  // namespace tcp_lifecycle
