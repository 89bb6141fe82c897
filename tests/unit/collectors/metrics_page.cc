#include "tests/unit/collectors/metrics_page.h"

#include <gtest/gtest.h>

#include "absl/strings/numbers.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "collectors/metrics/text_format.h"

namespace tcp_lifecycle {

NamespaceSnapshot MakeNamespace(const std::string& name) {
  NamespaceSnapshot ns;
  NamespaceFacts& facts = ns.facts;
  facts.netns.name = name;
  facts.netns.inode = 4026531840;
  facts.netns.container_ids = {"c0ffee"};
  facts.netns.foreign = name != "self";
  for (size_t i = 0; i < kSysctlCount; ++i) {
    facts.sysctls[static_cast<Sysctl>(i)] = 100 + static_cast<int64_t>(i);
  }
  facts.socket_memory_limit = SocketMemoryLimit{4096, 8192, 16384};
  EphemeralPorts ports = {{40000, 40009}, {}};
  ports.reserved[40000] = true;
  facts.ephemeral_ports = ports;
  facts.sockstat = Sockstat{11, 12, 13, 14};
  facts.connect_events = ConnectEvents();
  for (size_t i = 0; i < kTcpCounterCount; ++i) {
    facts.counters[static_cast<TcpCounter>(i)] = 1000 + i;
  }
  return ns;
}

Snapshot MakeSnapshot() {
  Snapshot snapshot;
  snapshot.namespaces.push_back(MakeNamespace("self"));
  snapshot.pass.knows_bound_inactive = true;
  snapshot.pass.knows_unaccepted = true;
  return snapshot;
}

namespace {

void FailFact(NamespaceFacts& facts, Fact failed) {
  switch (failed) {
    case Fact::kSysctls:
      for (const SysctlRow& row : kSysctlTable) {
        facts.sysctls[row.id] = absl::UnavailableError("sysctls");
      }
      return;
    case Fact::kEphemeralPorts:
      facts.ephemeral_ports = absl::UnavailableError("ephemeral_ports");
      return;
    case Fact::kCounters:
      facts.counters = {};
      facts.counters.status = absl::UnavailableError("counters");
      return;
    case Fact::kSockstat:
      facts.sockstat = absl::UnavailableError("sockstat");
      return;
    case Fact::kSocketMemoryLimit:
      facts.socket_memory_limit = absl::UnavailableError("socket_memory_limit");
      return;
    case Fact::kConnectEvents:
      facts.connect_events = absl::UnavailableError("connect_events");
      return;
    case Fact::kEnd:
      break;
  }
  ADD_FAILURE() << "no such fact";
}

}  // namespace

void FailFacts(NamespaceFacts& facts, FactSet failed) {
  for (size_t i = 0; i < kCountOf<Fact>; ++i) {
    if (const auto fact = static_cast<Fact>(i); failed.Contains(fact)) FailFact(facts, fact);
  }
}

void RunPass(const Collector& collector, Snapshot& snapshot, const std::vector<Listener>& listeners,
             const std::vector<Socket>& sockets, const std::vector<uint16_t>* blocked) {
  const std::unique_ptr<Accumulator> accumulator = collector.Begin(snapshot);
  if (blocked != nullptr) {
    PortSet ports;
    for (const uint16_t port : *blocked) ports[port] = true;
    accumulator->ObserveBlockedPorts(0, ports);
  }
  accumulator->ObserveListeners(listeners);
  accumulator->Observe(sockets);
  accumulator->Finish(snapshot);
}

Page::Page(const Collector& collector, const Snapshot& snapshot) {
  FamilySet families;
  status_ = collector.Describe(snapshot, families);
  for (const prometheus::MetricFamily& family : families.families()) {
    families_.emplace_back(absl::StripPrefix(family.name, "tcp_lifecycle_"));
  }
  const std::string text = ToText(families.families());
  for (absl::string_view line : absl::StrSplit(text, '\n', absl::SkipEmpty())) {
    if (line.front() == '#') continue;
    const size_t space = line.rfind(' ');
    const std::string series =
        absl::StrReplaceAll(absl::StripPrefix(line.substr(0, space), "tcp_lifecycle_"),
                            {{"{netns=\"self\"}", ""}, {"netns=\"self\",", ""}, {"\"", ""}});
    double value = 0;
    EXPECT_TRUE(absl::SimpleAtod(line.substr(space + 1), &value)) << line;
    EXPECT_TRUE(series_.emplace(series, value).second) << series << " stands twice";
  }
}

std::optional<double> Page::operator[](const std::string& series) const {
  const auto found = series_.find(series);
  return found == series_.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace tcp_lifecycle
