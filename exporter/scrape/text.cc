#include "exporter/scrape/text.h"

#include <prometheus/text_serializer.h>

namespace tcp_lifecycle {

std::string ToText(const FamilySet& families) {
  return prometheus::TextSerializer().Serialize(families.families());
}

}  // namespace tcp_lifecycle
