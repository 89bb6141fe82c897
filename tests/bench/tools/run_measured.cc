// run_measured COMMAND...: for each line on standard input runs the command, its output thrown
// away, and says what it took: CPU time and wall time in microseconds, peak memory in kB. A program
// of its own because a child's peak begins with that of the process that starts it.
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>

namespace {

[[noreturn]] void Die(const char* what) {
  std::perror(what);
  std::_Exit(1);
}

long Microseconds(const timeval& time) { return time.tv_sec * 1000000L + time.tv_usec; }

pid_t Start(char** command) {
  const pid_t child = fork();
  if (child < 0) Die("fork");
  if (child > 0) return child;
  const int null = open("/dev/null", O_RDWR);
  if (null < 0 || dup2(null, STDIN_FILENO) < 0 || dup2(null, STDOUT_FILENO) < 0) Die("/dev/null");
  execvp(command[0], command);
  Die(command[0]);
}

void RunOnce(char** command) {
  using Clock = std::chrono::steady_clock;
  const Clock::time_point from = Clock::now();
  const pid_t child = Start(command);
  int status = 0;
  rusage usage = {};
  if (wait4(child, &status, 0, &usage) != child) Die("wait4");
  const Clock::duration wall = Clock::now() - from;
  if (status != 0) std::exit(1);
  const long cpu_us = Microseconds(usage.ru_utime) + Microseconds(usage.ru_stime);
  const long wall_us = std::chrono::duration_cast<std::chrono::microseconds>(wall).count();
  std::printf("%ld %ld %ld\n", cpu_us, wall_us, usage.ru_maxrss);
  std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fputs("usage: run_measured COMMAND...\n", stderr);
    return 1;
  }
  for (int character; (character = std::getchar()) != EOF;) {
    if (character == '\n') RunOnce(argv + 1);
  }
  return 0;
}
