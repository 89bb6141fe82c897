// The list of collectors: one line each, in the order of the page.
#pragma once

#include <memory>
#include <tuple>
#include <vector>

#include "collectors/collector.h"
#include "collectors/events.h"
#include "collectors/findings.h"
#include "collectors/keepalive.h"
#include "collectors/listen.h"
#include "collectors/netstat.h"
#include "collectors/ports.h"
#include "collectors/settings.h"
#include "collectors/sockets.h"
#include "collectors/sysctl.h"
#include "collectors/time_wait.h"

namespace tcp_lifecycle {

// Each has a `Report`: what it leaves in a Snapshot for each namespace, void where facts say all.
using CollectorList = std::tuple<SocketsCollector, TimeWaitCollector, PortsCollector,
                                 KeepaliveCollector, ListenCollector, SysctlCollector,
                                 NetstatCollector, EventsCollector, FindingsCollector>;

std::vector<std::unique_ptr<const Collector>> MakeCollectors(
    const CollectorSettings& settings = {});

}  // namespace tcp_lifecycle
