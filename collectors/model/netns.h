// A network namespace that the exporter watches, and its name on the page.
#pragma once

#include <cstdint>
#include <string>

namespace tcp_lifecycle {

struct Netns {
  // `host` when it is PID 1's, else `self` for the exporter's own.
  std::string name;
  uint64_t inode = 0;   // of /proc/PID/ns/net; 0 where unknown
  std::string pod_uid;  // empty where unknown
};

}  // namespace tcp_lifecycle
