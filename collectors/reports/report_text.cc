#include "collectors/reports/report_text.h"

#include <cmath>

#include "absl/strings/str_cat.h"

namespace tcp_lifecycle {

std::string TextOf(const DestinationReport& destination) {
  return absl::StrCat(ToString(destination.source), " -> ",
                      EndpointText(destination.address, destination.port));
}

std::string TextOf(const PortRange& range) { return absl::StrCat(range.min, "-", range.max); }

std::string Count(uint64_t count, absl::string_view noun) {
  return absl::StrCat(count, " ", noun, count == 1 ? "" : "s");
}

std::string Rounded(double value) {
  const auto tenths = std::llround(value * 10);
  if (tenths % 10 == 0) return absl::StrCat(tenths / 10);
  return absl::StrCat(tenths / 10, ".", tenths % 10);
}

uint64_t Percent(uint64_t part, uint64_t whole) { return whole == 0 ? 100 : part * 100 / whole; }

}  // namespace tcp_lifecycle
