// The control for the neighbour of a scrape: for each number on standard input it burns so many
// microseconds of CPU time in user space, then says so.
#include <cstdio>
#include <ctime>

namespace {

long CpuTimeUs() {
  timespec now = {};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return now.tv_sec * 1000000L + now.tv_nsec / 1000;
}

}  // namespace

int main() {
  for (long burnt_us = 0; std::scanf("%ld", &burnt_us) == 1;) {
    const long end_us = CpuTimeUs() + burnt_us;
    while (CpuTimeUs() < end_us) {
    }
    std::puts("burnt");
    std::fflush(stdout);
  }
  return 0;
}
