// Runs a part of a test in which no further file or socket can be opened.
#pragma once

#include <sys/resource.h>

namespace tcp_lifecycle {

template <typename Body>
void WithNoMoreFiles(Body body) {
  rlimit before = {};
  getrlimit(RLIMIT_NOFILE, &before);
  const rlimit none = {0, before.rlim_max};
  setrlimit(RLIMIT_NOFILE, &none);
  body();
  setrlimit(RLIMIT_NOFILE, &before);
}

}  // namespace tcp_lifecycle
