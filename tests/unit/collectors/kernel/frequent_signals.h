// A signal every 5 ms for as long as it lives: what waits or reads must go on all the same.
#pragma once

#include <sys/time.h>

#include <csignal>

namespace tcp_lifecycle {

class FrequentSignals {
 public:
  FrequentSignals() {
    struct sigaction action = {};
    action.sa_handler = [](int) {};
    sigaction(SIGALRM, &action, &before_);
    const itimerval every_5_ms = {.it_interval = {.tv_sec = 0, .tv_usec = 5000},
                                  .it_value = {.tv_sec = 0, .tv_usec = 5000}};
    setitimer(ITIMER_REAL, &every_5_ms, nullptr);
  }
  ~FrequentSignals() {
    const itimerval never = {};
    setitimer(ITIMER_REAL, &never, nullptr);
    sigaction(SIGALRM, &before_, nullptr);
  }
  FrequentSignals(const FrequentSignals&) = delete;
  FrequentSignals& operator=(const FrequentSignals&) = delete;

 private:
  struct sigaction before_ = {};
};

}  // namespace tcp_lifecycle
