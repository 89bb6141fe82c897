#include "collectors/list.h"

#include <type_traits>

namespace tcp_lifecycle {
namespace {

template <typename... Collectors>
std::vector<std::unique_ptr<const Collector>> Make(const CollectorSettings& settings,
                                                   const std::tuple<Collectors...>*) {
  std::vector<std::unique_ptr<const Collector>> all;
  const auto add = [&]<typename Made>(const Made*) {
    if constexpr (std::is_constructible_v<Made, const CollectorSettings&>) {
      all.push_back(std::make_unique<const Made>(settings));
    } else {
      all.push_back(std::make_unique<const Made>());
    }
  };
  (add(static_cast<const Collectors*>(nullptr)), ...);
  return all;
}

}  // namespace

std::vector<std::unique_ptr<const Collector>> MakeCollectors(const CollectorSettings& settings) {
  return Make(settings, static_cast<const CollectorList*>(nullptr));
}

}  // namespace tcp_lifecycle
