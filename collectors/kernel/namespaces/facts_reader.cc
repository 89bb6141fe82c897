#include "collectors/kernel/namespaces/facts_reader.h"

#include "absl/strings/str_cat.h"

namespace tcp_lifecycle {

NamespaceFacts NamespaceFactsReader::Read(const WatchedNetns& ns) {
  if (!ns.netns.foreign) return own_.Read(ns);
  NamespaceFacts facts;
  facts.netns = ns.netns;
  const absl::Status visit = home_.Visit(ns, [&] {
    facts.sysctls = ReadSysctls(files_);
    facts.ephemeral_ports = ReadEphemeralPorts(files_);
    facts.counters = ReadCounters(files_, {"thread-self/net/netstat"});
  });
  if (visit.ok()) return facts;
  facts.ephemeral_ports = visit;
  facts.counters.status = visit;
  if (ns.pid != 0) facts.counters = ReadCounters(files_, {absl::StrCat(ns.pid, "/net/netstat")});
  return facts;
}

}  // namespace tcp_lifecycle
