#include "collectors/metrics/text_format.h"

#include "prometheus/text_serializer.h"

namespace tcp_lifecycle {

std::string ToText(const std::vector<prometheus::MetricFamily>& families) {
  return prometheus::TextSerializer().Serialize(families);
}

}  // namespace tcp_lifecycle
