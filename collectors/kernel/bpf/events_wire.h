// The keys of the maps in which events.bpf.c counts; every value is a uint64_t. Compiled on both
// sides, as wire.h.
#pragma once

#include <stdint.h>  // NOLINT(modernize-deprecated-headers): it is C as well

#define WIRE_DESTINATIONS 20  // that are told apart; never forgotten
#define WIRE_FAILURES 256

// A destination to which no local port was free.
struct WireDestination {
  uint8_t address[16];  // of IPv4 mapped into IPv6
  uint16_t port;        // network order
  uint16_t spare;
};

enum { kWireElsewhere = 0x10000 };  // beyond every errno: no port to a destination not told apart

struct WireFailure {
  uint32_t error;  // errno, or kWireElsewhere
};
