#include "collectors/list.h"

namespace tcp_lifecycle {
namespace {

template <typename... Collectors>
std::vector<std::unique_ptr<const Collector>> Make(const std::tuple<Collectors...>*) {
  std::vector<std::unique_ptr<const Collector>> all;
  (all.push_back(std::make_unique<const Collectors>()), ...);
  return all;
}

}  // namespace

std::vector<std::unique_ptr<const Collector>> MakeCollectors() {
  return Make(static_cast<const CollectorList*>(nullptr));
}

}  // namespace tcp_lifecycle
