// The list of all collectors. Included only where the program is put together.
#pragma once

#include <memory>
#include <vector>

#include "collectors/collector.h"
#include "collectors/settings.h"

namespace tcp_lifecycle {

// In the order of the page.
std::vector<std::unique_ptr<const Collector>> MakeCollectors(
    const CollectorSettings& settings = {});

}  // namespace tcp_lifecycle
