#include "exporter/http/accept_gate.h"

#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>

#include <algorithm>
#include <cerrno>
#include <list>
#include <vector>

#include "absl/strings/string_view.h"
#include "collectors/base/deadline.h"
#include "collectors/base/unique_fd.h"

namespace tcp_lifecycle {
namespace {

// How many events one call handles before civetweb gets to look at its other sockets again.
constexpr int kEventsPerCall = 256;

// The gate of civetweb's master thread. accept() tells nothing but a descriptor, and another server
// in this process has another master thread.
thread_local AcceptGate* thread_gate = nullptr;

}  // namespace

bool HoldsRequestHeader(std::span<const char> bytes) {
  absl::string_view text(bytes.data(), bytes.size());
  return text.find("\n\r\n") != absl::string_view::npos ||
         text.find("\n\n") != absl::string_view::npos;
}

// One listening socket and the connections that it holds back.
class AcceptGate::Listener {
 public:
  // Takes the place of `fd`; nullptr where the kernel refuses (no descriptors left).
  static std::unique_ptr<Listener> Replace(int fd, const Limits& limits);

  int Accept(sockaddr* address, socklen_t* address_length);

 private:
  struct Pending {
    UniqueFd fd;
    Deadline deadline;
    std::list<Pending>::iterator self;
  };
  enum class Verdict { kWait, kPass, kDrop };

  explicit Listener(const Limits& limits) : limits_(limits), buffer_(limits.header_bytes) {}
  Verdict Judge(int fd);
  // The connection that has just arrived when it may pass, -1 when it waits or there is none.
  UniqueFd TakeNew();
  // The waiting connection when it may pass now.
  UniqueFd Recheck(Pending& pending, uint32_t events);
  void HoldBack(UniqueFd fd);
  void DropExpired();
  void ArmTimer();

  Limits limits_;
  std::vector<char> buffer_;
  int epoll_ = -1;  // the caller's descriptor, which the caller closes
  UniqueFd socket_;
  UniqueFd timer_;
  std::list<Pending> pending_;  // oldest first: every one waits equally long
};

std::unique_ptr<AcceptGate::Listener> AcceptGate::Listener::Replace(int fd, const Limits& limits) {
  std::unique_ptr<Listener> listener(new Listener(limits));
  listener->socket_ = UniqueFd(fcntl(fd, F_DUPFD_CLOEXEC, 0));
  listener->timer_ = UniqueFd(timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC));
  UniqueFd epoll(epoll_create1(EPOLL_CLOEXEC));
  if (!listener->socket_.valid() || !listener->timer_.valid() || !epoll.valid()) return nullptr;

  epoll_event event = {.events = EPOLLIN, .data = {.ptr = &listener->socket_}};
  if (epoll_ctl(epoll.get(), EPOLL_CTL_ADD, listener->socket_.get(), &event) != 0) return nullptr;
  event.data.ptr = &listener->timer_;
  if (epoll_ctl(epoll.get(), EPOLL_CTL_ADD, listener->timer_.get(), &event) != 0) return nullptr;
  const int flags = fcntl(listener->socket_.get(), F_GETFL);
  if (flags < 0 || fcntl(listener->socket_.get(), F_SETFL, flags | O_NONBLOCK) != 0) return nullptr;
  if (dup3(epoll.get(), fd, O_CLOEXEC) < 0) return nullptr;
  listener->epoll_ = fd;
  return listener;
}

AcceptGate::Listener::Verdict AcceptGate::Listener::Judge(int fd) {
  const ssize_t size = recv(fd, buffer_.data(), buffer_.size(), MSG_PEEK | MSG_DONTWAIT);
  if (size < 0) return errno == EAGAIN || errno == EINTR ? Verdict::kWait : Verdict::kDrop;
  if (size == 0) return Verdict::kDrop;  // closed
  const std::span<const char> bytes(buffer_.data(), static_cast<size_t>(size));
  const bool pass = bytes.size() == buffer_.size() || HoldsRequestHeader(bytes);
  return pass ? Verdict::kPass : Verdict::kWait;
}

UniqueFd AcceptGate::Listener::TakeNew() {
  UniqueFd fd(accept4(socket_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
  if (!fd.valid()) {
    const bool out_of_descriptors = errno == EMFILE || errno == ENFILE;
    if (out_of_descriptors && !pending_.empty()) pending_.pop_front();
    return {};
  }
  const Verdict verdict = Judge(fd.get());
  if (verdict == Verdict::kPass) return fd;
  if (verdict == Verdict::kWait) HoldBack(std::move(fd));
  return {};
}

UniqueFd AcceptGate::Listener::Recheck(Pending& pending, uint32_t events) {
  Verdict verdict = Judge(pending.fd.get());
  const bool peer_has_ended = (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0;
  if (verdict == Verdict::kWait && !peer_has_ended) return {};
  UniqueFd fd = std::move(pending.fd);
  pending_.erase(pending.self);
  if (verdict != Verdict::kPass) return {};
  epoll_ctl(epoll_, EPOLL_CTL_DEL, fd.get(), nullptr);
  return fd;
}

void AcceptGate::Listener::HoldBack(UniqueFd fd) {
  if (pending_.size() >= limits_.pending) pending_.pop_front();
  pending_.push_back({std::move(fd), Deadline::After(limits_.wait), {}});
  Pending& pending = pending_.back();
  pending.self = std::prev(pending_.end());
  // Edge-triggered: woken by each new piece, not for as long as an unread one is there. A piece
  // that came since Judge() wakes as well.
  epoll_event event = {.events = EPOLLIN | EPOLLRDHUP | EPOLLET, .data = {.ptr = &pending}};
  if (epoll_ctl(epoll_, EPOLL_CTL_ADD, pending.fd.get(), &event) != 0) pending_.pop_back();
  if (pending_.size() == 1) ArmTimer();
}

void AcceptGate::Listener::DropExpired() {
  while (!pending_.empty() && pending_.front().deadline.Passed()) pending_.pop_front();
}

void AcceptGate::Listener::ArmTimer() {
  if (pending_.empty()) return;
  const auto left = std::max(pending_.front().deadline.Left(), std::chrono::milliseconds(1));
  itimerspec when = {};
  when.it_value.tv_sec = left.count() / 1000;
  when.it_value.tv_nsec = left.count() % 1000 * 1'000'000;
  timerfd_settime(timer_.get(), 0, &when, nullptr);
}

int AcceptGate::Listener::Accept(sockaddr* address, socklen_t* address_length) {
  DropExpired();
  for (int i = 0; i < kEventsPerCall; ++i) {
    epoll_event event;
    if (epoll_wait(epoll_, &event, 1, 0) != 1) break;
    if (event.data.ptr == &timer_) {
      uint64_t expirations = 0;
      [[maybe_unused]] const ssize_t size = read(timer_.get(), &expirations, sizeof(expirations));
      ArmTimer();
      continue;
    }
    UniqueFd fd = event.data.ptr == &socket_
                      ? TakeNew()
                      : Recheck(*static_cast<Pending*>(event.data.ptr), event.events);
    if (fd.valid() && getpeername(fd.get(), address, address_length) == 0) return fd.Release();
  }
  errno = EAGAIN;
  return -1;
}

AcceptGate::AcceptGate(const Limits& limits) : limits_(limits) {}
AcceptGate::~AcceptGate() = default;

void AcceptGate::AttachToThread() { thread_gate = this; }
void AcceptGate::DetachFromThread() { thread_gate = nullptr; }

int AcceptGate::Accept(int listener, sockaddr* address, socklen_t* address_length) {
  std::unique_ptr<Listener>& entry = listeners_[listener];
  if (entry == nullptr) entry = Listener::Replace(listener, limits_);
  if (entry == nullptr) return accept(listener, address, address_length);
  return entry->Accept(address, address_length);
}

}  // namespace tcp_lifecycle

// What civetweb calls for accept().
extern "C" int tle_gate_accept(int listener, sockaddr* address, socklen_t* address_length);

int tle_gate_accept(int listener, sockaddr* address, socklen_t* address_length) {
  tcp_lifecycle::AcceptGate* gate = tcp_lifecycle::thread_gate;
  if (gate == nullptr) return accept(listener, address, address_length);
  return gate->Accept(listener, address, address_length);
}
