#include "exporter/scrape/pass.h"

#include <chrono>
#include <optional>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "collectors/analysis/hidden_sockets.h"
#include "collectors/metrics/text_format.h"

namespace tcp_lifecycle {
namespace {

using Clock = std::chrono::steady_clock;

// The share of the time left that each step before the sockets may take: they matter most.
constexpr double kShareOfStep = 0.5;

// By the deadline or by the kernel, and not refused from the beginning.
bool WasCut(const absl::Status& stream) {
  return absl::IsDeadlineExceeded(stream) || absl::IsDataLoss(stream);
}

// Why what is needed of a namespace could not be read. A kernel without a sysctl is no error.
absl::Status FirstError(const NamespaceFacts& facts, FactSet needed) {
  absl::Status status = facts.entered;
  if (needed.Contains(Fact::kEphemeralPorts)) status.Update(facts.ephemeral_ports.status());
  if (needed.Contains(Fact::kCounters)) status.Update(facts.counters.status);
  if (!needed.Contains(Fact::kSysctls)) return status;
  for (const SysctlRow& row : kSysctlTable) {
    const absl::Status& sysctl = facts.sysctls[row.id].status();
    if (!absl::IsNotFound(sysctl)) status.Update(sysctl);
  }
  return status;
}

// From the kernel's own counts of sockets.
std::optional<uint64_t> BoundInactiveAtMost(const Snapshot& snapshot, FactsReader& facts) {
  const absl::StatusOr<Sockstat>& sockstat = snapshot.own().facts.sockstat;
  std::optional<uint64_t> allocated = sockstat.ok() ? sockstat->allocated : std::nullopt;
  // What opened while the others were read is counted as theirs, but was not among the host's.
  if (allocated && snapshot.namespaces.size() > 1) {
    allocated = std::max(*allocated, facts.AllocatedSockets().value_or(0));
  }
  std::vector<std::optional<uint64_t>> in_use;
  in_use.reserve(snapshot.namespaces.size());
  for (const NamespaceSnapshot& ns : snapshot.namespaces) in_use.push_back(ns.facts.tcp_in_use);
  return MostBoundInactive(allocated, in_use);
}

// What ListenerMemory knows a namespace by: a name passes to another at times.
std::string MemoryKey(const Netns& netns) { return absl::StrCat(netns.name, "/", netns.cookie); }

double Seconds(Clock::duration time) { return std::chrono::duration<double>(time).count(); }

}  // namespace

TcpStateSet StatesOf(const std::vector<std::unique_ptr<const Collector>>& collectors) {
  TcpStateSet states;
  for (const auto& collector : collectors) states = states | collector->States();
  return states;
}

FactSet FactsOf(const std::vector<std::unique_ptr<const Collector>>& collectors, Scope scope) {
  FactSet facts;
  for (const auto& collector : collectors) {
    for (const FamilyDescriptor& family : collector->Families()) {
      if (family.scope == scope) facts = facts | family.source.facts;
    }
  }
  return facts;
}

Pass::Pass(Parts parts)
    : parts_(std::move(parts)),
      states_(StatesOf(parts_.collectors)),
      facts_of_others_(FactsOf(parts_.collectors, Scope::kEveryNamespace)) {}

ScrapeResult Pass::Run(const Deadline& deadline) {
  ScrapeResult result;
  result.passes = ++passes_;
  const NetnsList list = parts_.namespaces->List(deadline.Share(kShareOfStep));
  parts_.on_status("network namespaces", list.status);
  result.cut_short = list.cut_short;
  ReadFacts(list, deadline.Share(kShareOfStep), result);
  std::vector<Watcher> watchers = Begin(result.snapshot);
  ReadStream(list, deadline, result, watchers);
  TellOfOthers(result.snapshot);
  for (Watcher& watcher : watchers) {
    if (watcher.accumulator == nullptr) continue;
    const Clock::time_point from = Clock::now();
    watcher.accumulator->Finish(result.snapshot);
    watcher.busy += Clock::now() - from;
  }
  // Only now are all reports there: a collector may look at another's.
  for (Watcher& watcher : watchers) {
    const Clock::time_point from = Clock::now();
    watcher.collector->Conclude(result.snapshot);
    watcher.busy += Clock::now() - from;
  }
  for (Watcher& watcher : watchers) result.collectors.push_back(End(watcher, result));

  absl::StatusOr<ProcessStats> process = absl::NotFoundError("nobody reads them");
  if (parts_.process != nullptr) {
    process = parts_.process->Read();
    parts_.on_status("process statistics", process.status());
  }
  FamilySet self;
  DescribeSelf(result, process, parts_.build, self);
  result.self_text = ToText(self.families());
  return result;
}

void Pass::ReadFacts(const NetnsList& list, const Deadline& deadline, ScrapeResult& result) {
  Snapshot& snapshot = result.snapshot;
  snapshot.omitted_namespaces = list.omitted;
  snapshot.namespaces.reserve(list.watched.size());
  absl::flat_hash_set<std::string> remembered;
  for (const WatchedNetns& ns : list.watched) {
    NamespaceSnapshot& read = snapshot.namespaces.emplace_back();
    NamespaceFacts& facts = read.facts;
    facts = parts_.facts->Read(ns, deadline);
    if (facts.netns.foreign) read.facts_status = FirstError(facts, facts_of_others_);
    result.cut_short |= deadline.Passed();
    const std::string key = MemoryKey(facts.netns);
    facts.earlier_listeners = memory_.Recall(key, Clock::now());
    remembered.insert(key);
  }
  // What was not seen this time may still be there.
  if (!result.cut_short) memory_.KeepOnly(remembered);
  snapshot.most_bound_inactive = BoundInactiveAtMost(snapshot, *parts_.facts);
  if (parts_.source != nullptr) snapshot.source_knows_scope = parts_.source->KnowsScope();
  if (parts_.connect_events != nullptr) {
    snapshot.namespaces.front().facts.connect_events = parts_.connect_events->Read();
  }
}

std::vector<Watcher> Pass::Begin(const Snapshot& snapshot) const {
  std::vector<Watcher> watchers;
  for (const auto& collector : parts_.collectors) {
    Watcher& watcher = watchers.emplace_back(Watcher{collector.get(), nullptr, {}});
    if (collector->States().empty()) continue;
    const Clock::time_point from = Clock::now();
    watcher.accumulator = collector->Begin(snapshot);
    watcher.busy = Clock::now() - from;
  }
  return watchers;
}

void Pass::ReadStream(const NetnsList& list, const Deadline& deadline, ScrapeResult& result,
                      std::vector<Watcher>& watchers) {
  if (states_.empty() || parts_.source == nullptr) return;
  const Clock::time_point from = Clock::now();
  Stream stream(result.snapshot, watchers);
  const SocketQuery query = {.states = states_,
                             .namespaces = list.watched,
                             .most_bound_inactive = result.snapshot.most_bound_inactive};
  const absl::StatusOr<PassInfo> info = parts_.source->ForEach(query, deadline, stream);
  if (info.ok()) result.snapshot.pass = *info;
  for (size_t i = 0; i < result.snapshot.namespaces.size(); ++i) {
    NamespaceSnapshot& ns = result.snapshot.namespaces[i];
    ns.stream = info.ok() ? stream.failure(i) : info.status();
    // One that was not entered in time has no cookie, hence another key.
    if (ns.stream.ok() && !absl::IsDeadlineExceeded(ns.facts.entered)) {
      memory_.Update(MemoryKey(ns.facts.netns), stream.listening(i), Clock::now());
    }
  }
  absl::Status outcome = result.snapshot.own().stream;
  for (const NamespaceSnapshot& ns : result.snapshot.namespaces) {
    if (WasCut(ns.stream)) outcome.Update(ns.stream);
  }
  result.pass = PassOutcome{outcome, Seconds(Clock::now() - from), stream.rows()};
  result.source = std::string(parts_.source->Name());
  result.reader = parts_.source->Account();
  result.cut_short |= absl::IsDeadlineExceeded(outcome);
  parts_.on_status("socket stream", result.snapshot.own().stream);
}

void Pass::TellOfOthers(const Snapshot& snapshot) const {
  absl::Status status;
  size_t more = 0;
  for (const NamespaceSnapshot& ns : snapshot.namespaces) {
    if (!ns.facts.netns.foreign) continue;
    if (!ns.failure().ok() && !status.ok()) ++more;
    status.Update(ns.failure());
  }
  if (more > 0) {
    status = {status.code(), absl::StrCat(status.message(), "; and ", more, " more")};
  }
  parts_.on_status("other network namespaces", status);
}

CollectorResult Pass::End(Watcher& watcher, const ScrapeResult& result) const {
  const Clock::time_point from = Clock::now();
  CollectorResult ended;
  ended.name = std::string(watcher.collector->Name());
  FamilySet families;
  ended.status = watcher.collector->Describe(result.snapshot, families);
  ended.text = ToText(families.families());
  ended.duration_seconds = Seconds(watcher.busy + (Clock::now() - from));
  const bool told_already = result.pass.has_value() && ended.status == result.pass->status;
  if (ended.status.ok() || !told_already) {
    parts_.on_status(absl::StrCat("collector ", ended.name), ended.status);
  }
  return ended;
}

}  // namespace tcp_lifecycle
