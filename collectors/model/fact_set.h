// The kinds of facts that NamespaceFacts has, as families name what they are made of.
#pragma once

#include <cstdint>

#include "collectors/base/enum_set.h"

namespace tcp_lifecycle {

enum class Fact : uint8_t {
  kSysctls,
  kEphemeralPorts,
  kCounters,
  kSockstat,
  kSocketMemoryLimit,
  kConnectEvents,
  kEnd,
};

using FactSet = EnumSet<Fact>;

}  // namespace tcp_lifecycle
