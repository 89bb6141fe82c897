#include "exporter/scrape/pass.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <map>
#include <thread>

#include "absl/strings/str_cat.h"
#include "tests/unit/exporter/scrape/fakes.h"

namespace tcp_lifecycle {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

constexpr TcpStateSet kConnections = {TcpState::kEstablished};
constexpr TcpStateSet kTimeWait = {TcpState::kTimeWait};

class PassTest : public ::testing::Test {
 protected:
  void AddCollector(absl::string_view name, TcpStateSet states) {
    parts_.collectors.push_back(
        std::make_unique<CountingCollector>(std::string(name), states, seen_[std::string(name)]));
  }
  Pass Make(FakeSource::Script script) {
    parts_.source = std::make_unique<FakeSource>(std::move(script), &asked_, knows_scope_);
    parts_.namespaces = std::make_unique<FakeNamespaces>(others_, cookie_, slow_lister_, cut_list_);
    parts_.facts = std::make_unique<FakeFacts>(allocated_afterwards_);
    if (reads_process_) parts_.process = std::make_unique<FakeProcess>(process_);
    parts_.on_status = [this](absl::string_view part, const absl::Status& status) {
      told_[std::string(part)] = status;
    };
    return Pass(std::move(parts_));
  }
  ScrapeResult Run(FakeSource::Script script,
                   Deadline deadline = Deadline::After(std::chrono::seconds(10))) {
    return Make(std::move(script)).Run(deadline);
  }
  static absl::StatusOr<PassInfo> Whole(const Deadline&, SocketVisitor& visitor) {
    std::vector<Listener> listeners = {ListenerOn(80)};
    visitor.OnListeners(listeners);
    std::vector<Socket> sockets = {Connection(80, 40000), Connection(40001, 443)};
    visitor.OnSockets(sockets);
    return PassInfo{.sockets = 3, .unknown_states = 4, .malformed = 5};
  }
  static absl::StatusOr<PassInfo> Broken(const Deadline& deadline, SocketVisitor& visitor) {
    EXPECT_TRUE(Whole(deadline, visitor).ok());
    return absl::DataLossError("lost a datagram");
  }

  Pass::Parts parts_;
  std::vector<std::string> others_;  // namespaces besides the own one
  uint64_t cookie_ = 1;              // theirs
  bool slow_lister_ = false;
  bool cut_list_ = false;
  uint64_t allocated_afterwards_ = 30;
  std::map<std::string, Seen> seen_;
  std::vector<SocketQuery> asked_;
  bool knows_scope_ = true;
  std::map<std::string, absl::Status> told_;
  bool reads_process_ = true;
  absl::StatusOr<ProcessStats> process_ = ProcessStats{.open_fds = 7};
};

TEST_F(PassTest, EveryCollectorSeesTheSameStream) {
  AddCollector("a", kConnections);
  AddCollector("b", kTimeWait);
  Run(Whole);
  for (const char* name : {"a", "b"}) {
    EXPECT_EQ(seen_[name].listeners, 1u);
    EXPECT_THAT(seen_[name].sockets, SizeIs(2));
    EXPECT_TRUE(seen_[name].described) << "after all had finished and concluded";
  }
}

TEST_F(PassTest, TheSourceIsAskedOnceForTheUnionOfStates) {
  AddCollector("a", kConnections);
  AddCollector("b", kTimeWait);
  Run(Whole);
  ASSERT_THAT(asked_, SizeIs(1));
  EXPECT_EQ(asked_[0].states, kConnections | kTimeWait);
}

TEST_F(PassTest, TheSourceIsToldHowManySocketsCanBeBoundUnseen) {
  for (const auto& [others, bound] :
       std::map<std::vector<std::string>, uint64_t>{{{}, 20}, {{"b"}, 10}, {{"b", "unread"}, 10}}) {
    AddCollector("a", kConnections);
    others_ = others;
    const ScrapeResult result = Run(Whole);
    EXPECT_EQ(asked_.back().most_bound_inactive, bound);
    EXPECT_EQ(result.snapshot.most_bound_inactive, bound);
  }
}

TEST_F(PassTest, WhatOpensWhileOtherNamespacesAreReadIsNotTakenFromTheHost) {
  AddCollector("a", kConnections);
  allocated_afterwards_ = 33;
  EXPECT_EQ(Run(Whole).snapshot.most_bound_inactive, 20) << "one namespace is read at once";
  AddCollector("a", kConnections);
  others_ = {"b"};
  EXPECT_EQ(Run(Whole).snapshot.most_bound_inactive, 13);
}

TEST_F(PassTest, EveryCollectorSeesTheRangesOfSingleSockets) {
  AddCollector("a", kConnections);
  AddCollector("b", kTimeWait);
  Run([](const Deadline& deadline, SocketVisitor& visitor) {
    visitor.OnOwnRange(Connection(40001, 443), {40000, 40009});
    return Whole(deadline, visitor);
  });
  for (const char* name : {"a", "b"}) {
    EXPECT_THAT(seen_[name].own_ranges, ElementsAre(PortRange{40000, 40009}));
    EXPECT_THAT(seen_[name].sockets, SizeIs(2));
  }
}

TEST_F(PassTest, WhetherTheSourceKnowsTheDeviceIsThereBeforeTheStream) {
  for (const bool knows : {true, false}) {
    AddCollector("a", kConnections);
    knows_scope_ = knows;
    EXPECT_EQ(Run(Whole).snapshot.source_knows_scope, knows);
  }
}

TEST_F(PassTest, WithoutACollectorThatNeedsItThereIsNoStream) {
  AddCollector("facts_only", {});
  const ScrapeResult result = Run(Whole);
  EXPECT_THAT(asked_, IsEmpty());
  EXPECT_FALSE(result.pass.has_value());
  EXPECT_FALSE(seen_["facts_only"].finished);
  EXPECT_THAT(result.collectors.front().text, HasSubstr("facts_only_rows 0\n"));
  EXPECT_THAT(result.self_text, Not(HasSubstr("scrape_pass_")));
}

TEST_F(PassTest, ANamespaceThatFailsCostsNoOther) {
  AddCollector("a", kConnections);
  others_ = {"b", "c"};
  const ScrapeResult result = Run([](const Deadline& deadline, SocketVisitor& visitor) {
    visitor.OnFailure(1, absl::PermissionDeniedError("closed"));
    return Whole(deadline, visitor);
  });
  EXPECT_THAT(result.self_text, HasSubstr("scrape_namespace_success{netns=\"self\"} 1\n"));
  EXPECT_THAT(result.self_text, HasSubstr("scrape_namespace_success{netns=\"b\"} 0\n"));
  EXPECT_THAT(result.self_text, HasSubstr("scrape_namespace_success{netns=\"c\"} 1\n"));
  EXPECT_THAT(result.self_text, HasSubstr("scrape_pass_truncated 0\n"));
  EXPECT_TRUE(result.collectors.front().status.ok());
  EXPECT_TRUE(told_["socket stream"].ok());
  EXPECT_EQ(told_["other network namespaces"], absl::PermissionDeniedError("closed"));
}

TEST_F(PassTest, TheOwnNamespaceThatFailsCostsNoOther) {
  AddCollector("a", kConnections);
  others_ = {"b"};
  const ScrapeResult result = Run([](const Deadline& deadline, SocketVisitor& visitor) {
    visitor.OnFailure(0, absl::DataLossError("lost"));
    return Whole(deadline, visitor);
  });
  EXPECT_THAT(result.self_text, HasSubstr("scrape_namespace_success{netns=\"self\"} 0\n"));
  EXPECT_THAT(result.self_text, HasSubstr("scrape_namespace_success{netns=\"b\"} 1\n"));
  EXPECT_THAT(result.self_text, HasSubstr("scrape_pass_truncated 1\n"));
  EXPECT_TRUE(absl::IsDataLoss(told_["socket stream"]));
  EXPECT_TRUE(told_["other network namespaces"].ok());
}

TEST_F(PassTest, ANamespaceWhoseFactsFailIsNoSuccessAlsoWhereNobodyNeedsSockets) {
  AddCollector("facts_only", {});
  others_ = {"b", "unread"};
  const ScrapeResult result = Run(Whole);
  EXPECT_THAT(result.self_text, HasSubstr("scrape_namespace_success{netns=\"b\"} 1\n"));
  EXPECT_THAT(result.self_text, HasSubstr("scrape_namespace_success{netns=\"unread\"} 0\n"));
  EXPECT_EQ(told_["other network namespaces"], absl::PermissionDeniedError("unread"));
  others_ = {"unread", "b", "unread"};
  AddCollector("facts_only", {});
  Run(Whole);
  EXPECT_EQ(told_["other network namespaces"], absl::PermissionDeniedError("unread; and 1 more"));
}

// The families of CountingCollector are made of its ports, and of no settings.
TEST_F(PassTest, AFactThatNoFamilyIsMadeOfCostsANamespaceNothing) {
  AddCollector("facts_only", {});
  others_ = {"without_settings"};
  EXPECT_THAT(Run(Whole).self_text,
              HasSubstr("scrape_namespace_success{netns=\"without_settings\"} 1\n"));
}

TEST_F(PassTest, ANamespaceForWhichThereWasNoTimeCutsThePass) {
  AddCollector("a", kConnections);
  others_ = {"b"};
  const ScrapeResult result = Run([](const Deadline& deadline, SocketVisitor& visitor) {
    visitor.OnFailure(1, absl::DeadlineExceededError("late"));
    return Whole(deadline, visitor);
  });
  EXPECT_TRUE(result.cut_short);
  EXPECT_THAT(result.self_text, HasSubstr("scrape_pass_truncated 1\n"));
  EXPECT_THAT(result.self_text, HasSubstr("skipped_rows{reason=\"malformed\"} 5\n"));
  EXPECT_TRUE(result.collectors.front().status.ok());
}

TEST_F(PassTest, RolesAreJudgedByListenersAndRange) {
  AddCollector("a", kConnections);
  Run(Whole);
  EXPECT_EQ(seen_["a"].sockets[0].role, Role::kInbound);
  EXPECT_EQ(seen_["a"].sockets[1].role, Role::kOutbound);
}

TEST_F(PassTest, ARoleThatTheSourceKnowsIsKept) {
  AddCollector("a", kConnections);
  Run([](const Deadline&, SocketVisitor& visitor) -> absl::StatusOr<PassInfo> {
    std::vector<Socket> sockets = {Connection(40001, 443)};
    sockets[0].role = Role::kInbound;
    visitor.OnSockets(sockets);
    return PassInfo{.sockets = 1};
  });
  EXPECT_EQ(seen_["a"].sockets[0].role, Role::kInbound);
}

TEST_F(PassTest, WhatAListenerOfAnEarlierPassTookStaysInbound) {
  AddCollector("a", TcpStateSet::All());
  bool listens = true;
  Pass pass = Make([&](const Deadline&, SocketVisitor& visitor) -> absl::StatusOr<PassInfo> {
    std::vector<Listener> listeners = {ListenerOn(40000)};
    if (listens) visitor.OnListeners(listeners);
    std::vector<Socket> sockets = {Connection(40000, 40001)};
    visitor.OnSockets(sockets);
    return PassInfo{};
  });
  const auto run = [&] {
    pass.Run(Deadline::After(std::chrono::seconds(10)));
    return seen_["a"].sockets.at(0);
  };
  EXPECT_EQ(run().flags, 0);
  listens = false;
  EXPECT_EQ(run().role, Role::kInbound);
  EXPECT_EQ(run().flags, kByClosedListener);
}

TEST_F(PassTest, WhatTookTheNameOfAnotherHasNoListenersOfIt) {
  AddCollector("a", TcpStateSet::All());
  others_ = {"b"};
  bool listens = true;
  Pass pass = Make([&](const Deadline&, SocketVisitor& visitor) -> absl::StatusOr<PassInfo> {
    std::vector<Listener> listeners = {ListenerOn(40000)};
    listeners[0].socket.namespace_index = 1;
    if (listens) visitor.OnListeners(listeners);
    std::vector<Socket> sockets = {Connection(40000, 40001)};
    sockets[0].namespace_index = 1;
    visitor.OnSockets(sockets);
    return PassInfo{};
  });
  const auto run = [&] {
    pass.Run(Deadline::After(std::chrono::seconds(10)));
    return seen_["a"].sockets.at(0).role;
  };
  run();
  listens = false;
  EXPECT_EQ(run(), Role::kInbound);
  cookie_ = 2;
  EXPECT_EQ(run(), Role::kUnknown);
}

TEST_F(PassTest, APassThatFailedForgetsNoListener) {
  AddCollector("a", TcpStateSet::All());
  int number = 0;
  Pass pass = Make([&](const Deadline&, SocketVisitor& visitor) -> absl::StatusOr<PassInfo> {
    std::vector<Listener> listeners = {ListenerOn(40000)};
    if (++number == 1) visitor.OnListeners(listeners);
    std::vector<Socket> sockets = {Connection(40000, 40001)};
    visitor.OnSockets(sockets);
    if (number == 2) return absl::DataLossError("lost");
    return PassInfo{};
  });
  for (int i = 0; i < 3; ++i) pass.Run(Deadline::After(std::chrono::seconds(10)));
  EXPECT_EQ(seen_["a"].sockets.at(0).role, Role::kInbound);
}

TEST_F(PassTest, AListThatWasCutForgetsNoListener) {
  AddCollector("a", TcpStateSet::All());
  others_ = {"b"};
  bool listens = true;
  Pass pass = Make([&](const Deadline&, SocketVisitor& visitor) -> absl::StatusOr<PassInfo> {
    std::vector<Listener> listeners = {ListenerOn(40000)};
    listeners[0].socket.namespace_index = 1;
    if (listens) visitor.OnListeners(listeners);
    if (others_.empty()) return PassInfo{};
    std::vector<Socket> sockets = {Connection(40000, 40001)};
    sockets[0].namespace_index = 1;
    visitor.OnSockets(sockets);
    return PassInfo{};
  });
  pass.Run(Deadline::After(std::chrono::seconds(10)));
  listens = false;
  for (const bool cut : {true, false}) {
    cut_list_ = cut;
    others_ = cut ? std::vector<std::string>() : std::vector<std::string>{"b"};
    pass.Run(Deadline::After(std::chrono::seconds(10)));
  }
  EXPECT_EQ(seen_["a"].sockets.at(0).role, Role::kInbound);
}

TEST_F(PassTest, EachCollectorHasItsOwnText) {
  AddCollector("a", kConnections);
  AddCollector("b", kTimeWait);
  const ScrapeResult result = Run(Whole);
  ASSERT_THAT(result.collectors, SizeIs(2));
  EXPECT_EQ(result.collectors[0].name, "a");
  EXPECT_EQ(result.collectors[0].text, "# HELP a_rows Rows.\n# TYPE a_rows gauge\na_rows 3\n");
  EXPECT_THAT(result.collectors[1].text, HasSubstr("b_rows 3\n"));
}

TEST_F(PassTest, TextHasTheWantedCollectorsAndAlwaysTheSelfMetrics) {
  AddCollector("a", kConnections);
  AddCollector("b", kTimeWait);
  const std::string text = Run(Whole).Text([](absl::string_view name) { return name == "b"; });
  EXPECT_THAT(text, Not(HasSubstr("a_rows")));
  EXPECT_THAT(text, HasSubstr("b_rows 3\n"));
  EXPECT_THAT(text, HasSubstr("scrape_collector_success{collector=\"a\"} 1\n"));
}

TEST_F(PassTest, ASourceThatFailsHalfwayCostsTheStreamCollectorsOnly) {
  AddCollector("stream", kConnections);
  AddCollector("facts_only", {});
  const ScrapeResult result = Run(Broken);
  EXPECT_TRUE(absl::IsDataLoss(result.snapshot.namespaces.front().stream));
  EXPECT_TRUE(seen_["stream"].finished);
  EXPECT_THAT(result.collectors[0].text, IsEmpty());
  EXPECT_THAT(result.collectors[1].text, HasSubstr("facts_only_rows"));
  for (const char* line : {"scrape_collector_success{collector=\"stream\"} 0\n",
                           "scrape_collector_success{collector=\"facts_only\"} 1\n",
                           "scrape_namespace_success{netns=\"self\"} 0\n",
                           "scrape_pass_truncated 1\n", "scrape_pass_sockets 3\n"}) {
    EXPECT_THAT(result.self_text, HasSubstr(line));
  }
  EXPECT_FALSE(result.cut_short);
}

TEST_F(PassTest, ASourceThatMissesTheDeadlineCutsTheResultShort) {
  AddCollector("stream", kConnections);
  const auto wait = [](const Deadline& deadline, SocketVisitor&) -> absl::StatusOr<PassInfo> {
    while (!deadline.Passed()) std::this_thread::yield();
    return absl::DeadlineExceededError("late");
  };
  const ScrapeResult result = Run(wait, Deadline::After(std::chrono::milliseconds(20)));
  EXPECT_TRUE(result.cut_short);
  EXPECT_THAT(result.self_text, HasSubstr("scrape_pass_truncated 1\n"));
}

TEST_F(PassTest, NamespacesThatTakeTheirTimeLeaveSomeForTheSockets) {
  const struct {
    bool slow_lister;
    std::vector<std::string> others;
  } cases[] = {{true, {}}, {false, {"slow"}}, {true, {"slow"}}};
  for (const auto& [slow_lister, others] : cases) {
    AddCollector("stream", kConnections);
    slow_lister_ = slow_lister;
    others_ = others;
    const Deadline deadline = Deadline::After(std::chrono::milliseconds(600));
    const auto leaves_time = [](const Deadline& until, SocketVisitor& visitor) {
      EXPECT_FALSE(until.Passed());
      return Whole(until, visitor);
    };
    const ScrapeResult result = Run(leaves_time, deadline);
    EXPECT_FALSE(deadline.Passed());
    EXPECT_TRUE(result.cut_short);
    EXPECT_TRUE(result.collectors.front().status.ok());
    EXPECT_THAT(result.self_text, HasSubstr("scrape_namespace_success{netns=\"self\"} 1\n"));
    EXPECT_THAT(result.self_text, HasSubstr("scrape_pass_truncated 1\n"));
    for (const std::string& other : others) {
      EXPECT_THAT(result.self_text, HasSubstr(absl::StrCat("{netns=\"", other, "\"} 0\n")));
    }
  }
}

TEST_F(PassTest, AFailureOfTheStreamIsToldOnceAndNotForEachCollector) {
  AddCollector("stream", kConnections);
  Run(Broken);
  EXPECT_TRUE(absl::IsDataLoss(told_["socket stream"]));
  EXPECT_EQ(told_.count("collector stream"), 0u);
}

TEST_F(PassTest, WhatGoesWellIsToldToo) {
  AddCollector("stream", kConnections);
  Run(Whole);
  ASSERT_EQ(told_.count("collector stream"), 1u);
  EXPECT_TRUE(told_["collector stream"].ok());
}

TEST_F(PassTest, TheTimeOfACollectorIsItsOwn) {
  AddCollector("stream", kConnections);
  const auto slow = [](const Deadline& deadline, SocketVisitor& visitor) {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    return Whole(deadline, visitor);
  };
  const ScrapeResult result = Run(slow);
  EXPECT_GE(result.pass->duration_seconds, 0.05);
  EXPECT_LT(result.collectors[0].duration_seconds, 0.05);
  EXPECT_GT(result.collectors[0].duration_seconds, 0);
}

TEST_F(PassTest, SkippedRowsAreTold) {
  AddCollector("stream", kConnections);
  const ScrapeResult result = Run(Whole);
  EXPECT_THAT(result.self_text, HasSubstr("skipped_rows{reason=\"unknown_state\"} 4\n"));
  EXPECT_THAT(result.self_text, HasSubstr("skipped_rows{reason=\"malformed\"} 5\n"));
}

TEST_F(PassTest, ProcessMetricsAreAbsentWhereTheyCannotBeRead) {
  process_ = absl::PermissionDeniedError("/proc/self/fd");
  const ScrapeResult result = Run(Whole);
  EXPECT_THAT(result.self_text, Not(HasSubstr("process_")));
  EXPECT_TRUE(absl::IsPermissionDenied(told_["process statistics"]));
}

TEST_F(PassTest, ProcessMetricsAreAbsentWhereNobodyReadsThem) {
  reads_process_ = false;
  const ScrapeResult result = Run(Whole);
  EXPECT_THAT(result.self_text, Not(HasSubstr("process_")));
  EXPECT_FALSE(told_.contains("process statistics"));
}

}  // namespace
}  // namespace tcp_lifecycle
