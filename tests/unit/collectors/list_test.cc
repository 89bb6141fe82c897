#include "collectors/list.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "collectors/kernel/namespaces/namespace_facts_reader.h"
#include "collectors/metrics/text_format.h"
#include "tests/unit/collectors/metrics_page.h"

namespace tcp_lifecycle {
namespace {

using prometheus::MetricType;
using ::testing::ElementsAre;

struct Declared {
  std::string collector;
  FamilyDescriptor family;
};

std::vector<Declared> AllFamilies() {
  std::vector<Declared> all;
  for (const auto& collector : MakeCollectors()) {
    for (const FamilyDescriptor& family : collector->Families()) {
      all.push_back({std::string(collector->Name()), family});
    }
  }
  return all;
}

bool IsHelp(absl::string_view text) {
  return !text.empty() && !absl::StrContains(text, '\\') && absl::EndsWith(text, ".") &&
         std::ranges::all_of(text, [](unsigned char c) { return absl::ascii_isprint(c); });
}

bool IsSnakeCase(absl::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](unsigned char c) {
    return absl::ascii_islower(c) || absl::ascii_isdigit(c) || c == '_';
  });
}

TEST(ListTest, TheCollectorsAreInTheOrderOfThePage) {
  std::vector<std::string> names;
  for (const auto& collector : MakeCollectors()) names.emplace_back(collector->Name());
  EXPECT_THAT(names, ElementsAre("sockets", "time_wait", "ports", "keepalive", "listen", "sysctl",
                                 "netstat", "events", "findings"));
}

TEST(ListTest, AFamilyIsDeclaredOnce) {
  std::set<std::string> names;
  for (const Declared& declared : AllFamilies()) {
    EXPECT_TRUE(names.insert(std::string(declared.family.name)).second) << declared.family.name;
  }
}

TEST(ListTest, NamesHaveThePrefixAndNoHabitThatPromtoolComplainsOf) {
  for (const Declared& declared : AllFamilies()) {
    const FamilyDescriptor& family = declared.family;
    EXPECT_EQ(family.prefix, kMetricPrefix) << family.name;
    EXPECT_TRUE(IsSnakeCase(family.name)) << family.name;
    const std::vector<std::string> words = absl::StrSplit(family.name, '_');
    for (const char* word :
         {"gauge", "counter", "histogram", "summary", "ms", "milliseconds", "minutes", "hours",
          "kilobytes", "kb", "percent", "count", "sum", "bucket"}) {
      EXPECT_EQ(std::ranges::count(words, word), 0) << family.name;
    }
    EXPECT_EQ(words.back() == "total", family.type == MetricType::Counter) << family.name;
    EXPECT_TRUE(family.type != MetricType::Histogram || words.back() == "seconds") << family.name;
  }
}

TEST(ListTest, EveryFamilySaysWhatItMeansAndWhereItComesFrom) {
  for (const Declared& declared : AllFamilies()) {
    EXPECT_TRUE(IsHelp(declared.family.help)) << declared.family.name;
    EXPECT_FALSE(declared.family.source.text.empty()) << declared.family.name;
  }
}

TEST(ListTest, LabelsBeginWithNetnsAndNoneStandsTwice) {
  for (const Declared& declared : AllFamilies()) {
    const LabelNames& labels = declared.family.labels;
    EXPECT_TRUE(declared.family.has_netns()) << declared.family.name;
    std::set<std::string> unique = {std::string(kNetnsLabel)};
    for (const absl::string_view label : labels) {
      EXPECT_TRUE(unique.emplace(label).second) << declared.family.name << ' ' << label;
      EXPECT_TRUE(IsSnakeCase(label)) << label;
    }
  }
}

// A destination of which every family tells: no port left, a TIME_WAIT to wait for, and programs
// that do not close.
std::vector<Socket> FullDestination() {
  std::vector<Socket> sockets;
  for (uint16_t i = 0; i < 20; ++i) {
    const bool in_range = i < 8;  // 40002 to 40009: what MakeSnapshot and a listener leave open
    sockets.push_back(MakeSocket(in_range ? TcpState::kTimeWait : TcpState::kCloseWait, "10.0.0.1",
                                 static_cast<uint16_t>((in_range ? 40002 : 30000) + i), "10.0.0.2",
                                 443));
    sockets.back().role = Role::kOutbound;
    sockets.back().remaining_ms = 60000;
  }
  return sockets;
}

// The exporter's own namespace and another, of which every fact is known, and each setting differs.
Snapshot TwoNamespaces() {
  Snapshot snapshot = MakeSnapshot();
  snapshot.namespaces.push_back(MakeNamespace("other"));
  for (const SysctlRow& row : kSysctlTable) snapshot.namespaces[1].facts.sysctls[row.id] = 7;
  return snapshot;
}

// Full names of the families that have series of the own namespace, and of the other.
struct Built {
  absl::Status status;
  std::set<std::string> own, others;
  std::map<std::string, std::string> text;  // of both
};

// In each namespace a listener in the range, and sockets of which every family tells.
Built Build(const Collector& collector, Snapshot& snapshot) {
  std::vector<Listener> listeners;
  std::vector<Socket> sockets;
  for (uint32_t i = 0; i < snapshot.namespaces.size(); ++i) {
    Listener& listener = listeners.emplace_back(MakeListener("::", 40001));
    listener.drops = listener.backlog = 5;
    listener.socket.namespace_index = i;
    for (Socket& socket : FullDestination()) {
      socket.namespace_index = i;
      sockets.push_back(socket);
    }
  }
  if (!collector.States().empty()) RunPass(collector, snapshot, listeners, sockets);
  collector.Conclude(snapshot);
  FamilySet out;
  Built built;
  built.status = collector.Describe(snapshot, out);
  for (const prometheus::MetricFamily& family : out.families()) {
    for (const prometheus::ClientMetric& series : family.metric) {
      (series.label.front().value == "other" ? built.others : built.own).insert(family.name);
    }
    built.text[family.name] = ToText({family});
  }
  return built;
}

bool IsAny(const FamilyDescriptor&) { return true; }
bool IsOfEveryNamespace(const FamilyDescriptor& family) {
  return family.scope == Scope::kEveryNamespace;
}

std::set<std::string> Names(const Collector& collector, bool (*wanted)(const FamilyDescriptor&)) {
  std::set<std::string> names;
  for (const FamilyDescriptor& family : collector.Families()) {
    if (wanted(family)) names.insert(family.FullName());
  }
  return names;
}

void ExpectWhole(const Collector& collector, const Built& built) {
  EXPECT_TRUE(built.status.ok()) << collector.Name() << ": " << built.status;
  EXPECT_EQ(built.own, Names(collector, IsAny)) << collector.Name();
  EXPECT_EQ(built.others, Names(collector, IsOfEveryNamespace)) << collector.Name();
}

// With every fact known nothing that is declared may be missing, and nothing may be there that is
// not declared; of another namespace, what is declared so.
TEST(ListTest, AWholeSnapshotHasExactlyTheDeclaredFamilies) {
  Snapshot snapshot = TwoNamespaces();
  for (const auto& collector : MakeCollectors()) {
    ExpectWhole(*collector, Build(*collector, snapshot));
  }
}

constexpr std::array kAllFacts = [] {
  std::array<Fact, kCountOf<Fact>> all;
  for (size_t i = 0; i < all.size(); ++i) all[i] = static_cast<Fact>(i);
  return all;
}();

void KeepOnly(FactSet kept, NamespaceFacts& facts) {
  for (const Fact fact : kAllFacts) {
    if (!kept.Contains(fact)) FailFacts(facts, {fact});
  }
}

// A fact that is used and not declared is not read of other namespaces. (The findings look at the
// facts of all others, and stay in the exporter's own.)
TEST(ListTest, TheFactsThatFamiliesDeclareSuffice) {
  for (const auto& collector : MakeCollectors()) {
    if (collector->Name() == "findings") continue;
    FactSet of_own, of_others;
    for (const FamilyDescriptor& family : collector->Families()) {
      of_own = of_own | family.source.facts;
      if (family.scope == Scope::kEveryNamespace) of_others = of_others | family.source.facts;
    }
    Snapshot snapshot = TwoNamespaces();
    KeepOnly(of_own, snapshot.namespaces[0].facts);
    KeepOnly(of_others, snapshot.namespaces[1].facts);
    ExpectWhole(*collector, Build(*collector, snapshot));
  }
}

// What the pass makes of facts before a collector sees it: roles by the range, and how many bound
// sockets a source can have missed.
bool IsOfThePass(const FamilyDescriptor& family, Fact fact) {
  return (family.name == "time_wait_sockets" && fact == Fact::kEphemeralPorts) ||
         (family.name == "bind_ports_free" && fact == Fact::kSockstat);
}

// One that is declared and not used is read of other namespaces for nothing.
TEST(ListTest, AFamilyIsAbsentOrAnotherWhereAFactThatItDeclaresFailed) {
  Snapshot whole = TwoNamespaces();
  for (const auto& collector : MakeCollectors()) {
    const Built with = Build(*collector, whole);
    for (const Fact fact : kAllFacts) {
      Snapshot snapshot = TwoNamespaces();
      FailFacts(snapshot.namespaces[0].facts, {fact});
      const Built without = Build(*collector, snapshot);
      for (const FamilyDescriptor& family : collector->Families()) {
        if (!family.source.facts.Contains(fact) || IsOfThePass(family, fact)) continue;
        const auto is = without.text.find(family.FullName());
        const bool differs =
            is == without.text.end() || is->second != with.text.at(family.FullName());
        EXPECT_TRUE(differs) << family.name << " without fact " << static_cast<int>(fact);
      }
    }
  }
}

TEST(ListTest, FamiliesOfEveryNamespaceAreMadeOfFactsThatAreReadThere) {
  for (const Declared& declared : AllFamilies()) {
    if (declared.family.scope != Scope::kEveryNamespace) continue;
    EXPECT_EQ(declared.family.source.facts | kFactsOfOthers, kFactsOfOthers)
        << declared.family.name;
  }
}

// Only net/netstat is read in other namespaces.
TEST(ListTest, CountersOfEveryNamespaceAreThoseOfNetstat) {
  for (const Declared& declared : AllFamilies()) {
    const FamilyDescriptor& family = declared.family;
    if (family.scope == Scope::kEveryNamespace && family.source.facts.Contains(Fact::kCounters)) {
      EXPECT_TRUE(absl::StartsWith(family.source.text, "/proc/net/netstat ")) << family.name;
    }
  }
}

TEST(ListTest, ACollectorThatNeedsAStreamBeginsOne) {
  const Snapshot snapshot = MakeSnapshot();
  for (const auto& collector : MakeCollectors()) {
    EXPECT_EQ(collector->Begin(snapshot) == nullptr, collector->States().empty())
        << collector->Name();
  }
}

}  // namespace
}  // namespace tcp_lifecycle
