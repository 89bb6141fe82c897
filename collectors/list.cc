#include "collectors/list.h"

#include "collectors/events.h"
#include "collectors/findings.h"
#include "collectors/keepalive.h"
#include "collectors/listen.h"
#include "collectors/netstat.h"
#include "collectors/ports/ports.h"
#include "collectors/sockets.h"
#include "collectors/sysctl.h"
#include "collectors/time_wait.h"

namespace tcp_lifecycle {

std::vector<std::unique_ptr<const Collector>> MakeCollectors(const CollectorSettings& settings) {
  std::vector<std::unique_ptr<const Collector>> all;
  all.push_back(std::make_unique<SocketsCollector>());
  all.push_back(std::make_unique<TimeWaitCollector>());
  all.push_back(std::make_unique<PortsCollector>(settings.ports));
  all.push_back(std::make_unique<KeepaliveCollector>());
  all.push_back(std::make_unique<ListenCollector>());
  all.push_back(std::make_unique<SysctlCollector>());
  all.push_back(std::make_unique<NetstatCollector>());
  all.push_back(std::make_unique<EventsCollector>());
  all.push_back(std::make_unique<FindingsCollector>(settings.findings));
  return all;
}

}  // namespace tcp_lifecycle
