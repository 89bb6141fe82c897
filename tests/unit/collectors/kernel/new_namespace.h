// Runs a part of a test in a network namespace of its own.
#pragma once

#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <thread>

#include "collectors/base/unique_fd.h"

namespace tcp_lifecycle {

inline constexpr char kNoNamespace[] =
    "SKIPPED: may not create a network namespace (needs CAP_SYS_ADMIN)";

inline bool SetLoopback(short flags) {
  UniqueFd any(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  ifreq request = {};
  request.ifr_name[0] = 'l';
  request.ifr_name[1] = 'o';
  request.ifr_flags = flags;
  return ioctl(any.get(), SIOCSIFFLAGS, &request) == 0;
}

// In a thread, which takes its namespace with it; the loopback is up. False when not permitted.
template <typename Body>
bool InNewNamespace(Body body) {
  bool permitted = false;
  std::thread([&] {
    permitted = unshare(CLONE_NEWNET) == 0 && SetLoopback(IFF_UP);
    if (permitted) body();
  }).join();
  return permitted;
}

inline ino_t NamespaceInode() {
  struct stat status = {};
  stat("/proc/thread-self/ns/net", &status);
  return status.st_ino;
}

// A namespace that lives as long as the result is open, after `prepare` ran in it; not open when
// not permitted.
template <typename Prepare>
UniqueFd NewNamespace(Prepare prepare) {
  UniqueFd made;
  InNewNamespace([&] {
    prepare();
    made = UniqueFd(open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC));
  });
  return made;
}

}  // namespace tcp_lifecycle
