// One scrape from its beginning to its end: the facts, the socket stream, every enabled collector's
// report and text, the self metrics. The Scraper calls Run in its thread; nothing here is shared.
//
// What fails costs what depends on it: a fact its families, a stream that fails or comes late the
// families that need the whole of it, a namespace its own. The page says so by its success metrics.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "collectors/base/deadline.h"
#include "collectors/collector.h"
#include "collectors/model/connect_events.h"
#include "collectors/model/facts.h"
#include "collectors/model/netns.h"
#include "collectors/model/process.h"
#include "collectors/model/socket_source.h"
#include "exporter/scrape/listener_memory.h"
#include "exporter/scrape/scrape_result.h"
#include "exporter/scrape/self_metrics.h"
#include "exporter/scrape/stream.h"

namespace tcp_lifecycle {

// The states that at least one of them must see; empty: they need no source.
TcpStateSet StatesOf(const std::vector<std::unique_ptr<const Collector>>& collectors);

// What their families of that scope are made of.
FactSet FactsOf(const std::vector<std::unique_ptr<const Collector>>& collectors, Scope scope);

class Pass {
 public:
  struct Parts {
    std::vector<std::unique_ptr<const Collector>> collectors;  // the enabled ones
    std::unique_ptr<SocketSource> source;                      // null where none is needed
    std::unique_ptr<NetnsLister> namespaces;
    std::unique_ptr<FactsReader> facts;
    std::unique_ptr<ConnectEventsReader> connect_events;  // null where nobody counts
    std::unique_ptr<ProcessStatsReader> process;          // null: no process_*
    BuildLabels build;
    // Told in every pass how each part of it fared, errors and OK. A collector that failed only
    // because the stream did is not told again.
    std::function<void(absl::string_view part, const absl::Status& status)> on_status;
  };

  explicit Pass(Parts parts);

  // Ends soon after `deadline`.
  ScrapeResult Run(const Deadline& deadline);

 private:
  void ReadFacts(const NetnsList& list, const Deadline& deadline, ScrapeResult& result);
  std::vector<Watcher> Begin(const Snapshot& snapshot) const;
  void ReadStream(const NetnsList& list, const Deadline& deadline, ScrapeResult& result,
                  std::vector<Watcher>& watchers);
  void TellOfOthers(const Snapshot& snapshot) const;
  CollectorResult End(Watcher& watcher, const ScrapeResult& result) const;

  Parts parts_;
  TcpStateSet states_;
  FactSet facts_of_others_;
  ListenerMemory memory_;
  uint64_t passes_ = 0;
};

}  // namespace tcp_lifecycle
