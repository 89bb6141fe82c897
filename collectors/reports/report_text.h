// How findings and the doctor write what reports hold.
#pragma once

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "collectors/analysis/ranking.h"
#include "collectors/model/port_set.h"

namespace tcp_lifecycle {

// "10.0.0.1 -> 10.0.0.2:6379", IPv6 in brackets before the port.
std::string TextOf(const DestinationReport& destination);
// "40000-40009"
std::string TextOf(const PortRange& range);
// "1 listener", "2 listeners"
std::string Count(uint64_t count, absl::string_view noun);
// `value` is not below 0. At most one decimal, never in powers of ten.
std::string Rounded(double value);
// Rounded down, so that 79.9 % is not taken for 80; 100 of nothing.
uint64_t Percent(uint64_t part, uint64_t whole);

}  // namespace tcp_lifecycle
