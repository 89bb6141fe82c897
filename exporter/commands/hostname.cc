#include "exporter/commands/hostname.h"

#include <unistd.h>

#include <array>

namespace tcp_lifecycle {

std::string Hostname() {
  std::array<char, 256> name{};
  gethostname(name.data(), name.size() - 1);
  return name.data();
}

}  // namespace tcp_lifecycle
