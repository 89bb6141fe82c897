// The names of Linux capabilities.
#pragma once

#include <cstdint>
#include <string>

namespace tcp_lifecycle {

// The names of the capabilities in `set`, by number: "CAP_NET_ADMIN, CAP_BPF". "none", "all", or
// "all but ..." where few are missing.
std::string CapabilityNames(uint64_t set);

}  // namespace tcp_lifecycle
