// The names of Linux capabilities.
#pragma once

#include <cstdint>
#include <string>

namespace tcp_lifecycle {

// Of those that `set` has, by number, with commas between them: "CAP_NET_ADMIN, CAP_BPF". "none",
// "all", or "all but ..." where it lacks few of those that there is a name for.
std::string CapabilityNames(uint64_t set);

// The effective set of the calling thread.
uint64_t EffectiveCapabilities();

}  // namespace tcp_lifecycle
