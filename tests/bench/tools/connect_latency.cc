// connect_latency [INTERVAL_US]: the neighbour of a scrape. For each number on standard input it
// makes so many connections over the loopback, one due each interval (a millisecond), and says how
// late they were there after they were due, mean and worst, and how much CPU each took of this
// program, all in microseconds. A CPU that someone else holds shows as lateness, whether it kept
// this program from waking or the packets from being handled.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <thread>

namespace {

using Clock = std::chrono::steady_clock;

[[noreturn]] void Die(const char* what) {
  std::perror(what);
  std::_Exit(1);
}

int Listen(sockaddr_in& address) {
  const int listener = socket(AF_INET, SOCK_STREAM, 0);
  socklen_t size = sizeof address;
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (bind(listener, reinterpret_cast<const sockaddr*>(&address), size) != 0) Die("bind");
  if (listen(listener, 128) != 0) Die("listen");
  if (getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size) != 0) Die("getsockname");
  return listener;
}

void Connect(const sockaddr_in& address) {
  const int client = socket(AF_INET, SOCK_STREAM, 0);
  const linger reset = {.l_onoff = 1, .l_linger = 0};  // leaves no TIME_WAIT behind
  if (setsockopt(client, SOL_SOCKET, SO_LINGER, &reset, sizeof reset) != 0) Die("SO_LINGER");
  if (connect(client, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    Die("connect");
  }
  close(client);
}

double LateUs(Clock::time_point due) {
  return std::chrono::duration<double, std::micro>(Clock::now() - due).count();
}

double CpuUs() { return static_cast<double>(std::clock()) * 1e6 / CLOCKS_PER_SEC; }

}  // namespace

int main(int argc, char** argv) {
  const std::chrono::microseconds interval(argc > 1 ? std::strtol(argv[1], nullptr, 10) : 1000);
  sockaddr_in address = {};
  const int listener = Listen(address);
  for (long count = 0; std::scanf("%ld", &count) == 1;) {
    double sum = 0;
    double worst = 0;
    const double cpu = CpuUs();
    Clock::time_point due = Clock::now();
    for (long i = 0; i < count; ++i) {
      due += interval;
      std::this_thread::sleep_until(due);
      Connect(address);
      const double late = LateUs(due);
      sum += late;
      worst = std::max(worst, late);
      close(accept(listener, nullptr, nullptr));
    }
    const auto made = static_cast<double>(std::max(count, 1L));
    std::printf("%.1f %.1f %.3f\n", sum / made, worst, (CpuUs() - cpu) / made);
    std::fflush(stdout);
  }
  return 0;
}
