#include "exporter/doctor/programs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/exporter/doctor/samples.h"

namespace tcp_lifecycle {
namespace {

// What each question of QuestionsAbout says of a socket, in their order: client, server, listener,
// range, unclosed.
std::string Answers(const Suspects& suspects, const Socket& socket) {
  std::string answers;
  for (const auto& question : QuestionsAbout(suspects)) answers += question(socket) ? 'y' : 'n';
  return answers;
}

Socket ListeningOn(const std::string& address, uint16_t port) {
  return MakeListener(address, port).socket;
}

TEST(SuspectsTest, OneThatIsExhaustedIsTheWorst) {
  DestinationReport full = DestinationOf(10);
  full.port = 1;
  const NamespaceSnapshot ns = NamespaceWith({DestinationOf(9), full});
  const Suspects suspects = FindSuspects(ns, ns);
  ASSERT_TRUE(suspects.destination.has_value());
  EXPECT_EQ(suspects.destination->port, 1);
  EXPECT_FALSE(suspects.recovered);
}

TEST(SuspectsTest, OneThatWasExhaustedComesBeforeTheFullest) {
  DestinationReport full = DestinationOf(10);
  full.port = 1;
  const Suspects suspects =
      FindSuspects(NamespaceWith({full, DestinationOf(9)}), NamespaceWith({DestinationOf(9)}));
  ASSERT_TRUE(suspects.destination.has_value());
  EXPECT_EQ(suspects.destination->port, 1);
  EXPECT_TRUE(suspects.recovered);
}

TEST(SuspectsTest, ElseTheFullestIs) {
  const NamespaceSnapshot ns = NamespaceWith({DestinationOf(3), DestinationOf(1)});
  const Suspects suspects = FindSuspects(ns, ns);
  ASSERT_TRUE(suspects.destination.has_value());
  EXPECT_EQ(suspects.destination->used, 3u);
}

TEST(SuspectsTest, WithoutReportsThereAreNone) {
  const NamespaceSnapshot empty;
  const Suspects suspects = FindSuspects(empty, empty);
  EXPECT_FALSE(suspects.destination.has_value());
  EXPECT_FALSE(suspects.listener.has_value());
  EXPECT_EQ(Answers(suspects, ListeningOn("::", 80)), "nnnnn");
}

TEST(SuspectsTest, TheFullestListenerIsTheWorst) {
  NamespaceSnapshot ns = NamespaceWith({});
  ListenGroup group;
  group.address = Ip("::");
  group.port = 80;
  ns.reports.Get<ListenReport>()->groups = {group, {}};
  const Suspects suspects = FindSuspects(ns, ns);
  ASSERT_TRUE(suspects.listener.has_value());
  EXPECT_EQ(suspects.listener->port, 80);
}

TEST(QuestionsTest, BothEndsOfADestinationAreAskedAbout) {
  const Suspects suspects = {.destination = DestinationOf(10)};
  const auto of = [&](const Socket& socket) { return Answers(suspects, socket); };
  constexpr auto kState = TcpState::kEstablished;
  EXPECT_EQ(of(MakeSocket(kState, "192.0.2.1", 40000, "192.0.2.2", 6379)), "ynnnn");
  EXPECT_EQ(of(MakeSocket(kState, "192.0.2.2", 6379, "192.0.2.1", 40000)), "nynnn");
  EXPECT_EQ(of(MakeSocket(kState, "192.0.2.9", 40000, "192.0.2.2", 6379)), "nnnnn");
  EXPECT_EQ(of(MakeSocket(kState, "192.0.2.1", 40000, "192.0.2.9", 6379)), "nnnnn");
  EXPECT_EQ(of(MakeSocket(kState, "192.0.2.1", 40000, "192.0.2.2", 6380)), "nnnnn");
  EXPECT_EQ(of(MakeSocket(kState, "192.0.2.2", 6379, "192.0.2.9", 40000)), "nnnnn");
  EXPECT_EQ(of(MakeSocket(kState, "192.0.2.9", 6379, "192.0.2.1", 40000)), "nnnnn");
  EXPECT_EQ(of(MakeSocket(kState, "192.0.2.2", 6380, "192.0.2.1", 40000)), "nnnnn");
}

TEST(QuestionsTest, AListenerServesADestinationOnThisHostOnly) {
  Suspects suspects = {.destination = DestinationOf(10)};
  EXPECT_EQ(Answers(suspects, ListeningOn("0.0.0.0", 6379)), "nnnnn");
  suspects.destination->source = suspects.destination->address;
  EXPECT_EQ(Answers(suspects, ListeningOn("0.0.0.0", 6379)), "nynnn");
  EXPECT_EQ(Answers(suspects, ListeningOn("192.0.2.2", 6379)), "nynnn");
  EXPECT_EQ(Answers(suspects, ListeningOn("192.0.2.3", 6379)), "nnnnn");
  EXPECT_EQ(Answers(suspects, ListeningOn("0.0.0.0", 80)), "nnnnn");
  suspects.destination->source = Ip("192.0.2.1");
  suspects.destination->address = Ip("127.0.0.1");
  EXPECT_EQ(Answers(suspects, ListeningOn("::", 6379)), "nynnn");
}

TEST(QuestionsTest, AListenerIsItsAddressAndPort) {
  ListenGroup group;
  group.address = Ip("::");
  group.port = 80;
  const Suspects suspects = {.listener = group};
  EXPECT_EQ(Answers(suspects, ListeningOn("::", 80)), "nnynn");
  EXPECT_EQ(Answers(suspects, ListeningOn("0.0.0.0", 80)), "nnnnn");
  EXPECT_EQ(Answers(suspects, ListeningOn("::", 81)), "nnnnn");
  EXPECT_EQ(Answers(suspects, MakeSocket(TcpState::kEstablished, "::", 80, "::", 1)), "nnnnn");
}

TEST(SuspectsTest, TheRangeIsSuspectWhereNoPortIsOpen) {
  NamespaceSnapshot ns = NamespaceWith({});
  EXPECT_FALSE(FindSuspects(ns, ns).range.has_value());
  ns.reports.Get<PortsReport>()->capacity.blocked = kTestPorts;
  const Suspects suspects = FindSuspects(ns, ns);
  ASSERT_TRUE(suspects.range.has_value());
  constexpr auto kState = TcpState::kEstablished;
  EXPECT_EQ(Answers(suspects, MakeSocket(kState, "192.0.2.1", 40009, "192.0.2.2", 80)), "nnnyn");
  EXPECT_EQ(Answers(suspects, MakeSocket(kState, "192.0.2.1", 40010, "192.0.2.2", 80)), "nnnnn");
  ns.facts.ephemeral_ports = absl::NotFoundError("absent");
  EXPECT_FALSE(FindSuspects(ns, ns).range.has_value());
  NamespaceSnapshot reserved = NamespaceWith({});
  reserved.reports.Get<PortsReport>()->capacity.usable = 0;
  EXPECT_FALSE(FindSuspects(reserved, reserved).range.has_value()) << "no program has them";
}

TEST(SuspectsTest, AServerWithAHundredInCloseWaitIsSuspect) {
  NamespaceSnapshot ns = NamespaceWith({});
  ns.reports.Get<ListenReport>()->unclosed = {{8080, 99}};
  EXPECT_FALSE(FindSuspects(ns, ns).unclosed_port.has_value());
  ns.reports.Get<ListenReport>()->unclosed = {{8080, 100}, {8081, 100}};
  const Suspects suspects = FindSuspects(ns, ns);
  EXPECT_EQ(suspects.unclosed_port, 8080);
  const auto of = [&](TcpState state, uint16_t port) {
    return Answers(suspects, MakeSocket(state, "192.0.2.1", port, "192.0.2.2", 40000));
  };
  EXPECT_EQ(of(TcpState::kCloseWait, 8080), "nnnny");
  EXPECT_EQ(of(TcpState::kCloseWait, 8081), "nnnnn");
  EXPECT_EQ(of(TcpState::kEstablished, 8080), "nnnnn");
}

TEST(ProgramsTest, AnAnswerGoesWhereItWasAskedFor) {
  SocketOwnersAnswer answer;
  answer.by_question.resize(5);
  for (size_t i = 0; i < 5; ++i) answer.by_question[i].sockets = i + 1;
  answer.hidden_processes = 2;
  const Programs programs = ProgramsFrom(answer);
  EXPECT_TRUE(programs.status.ok());
  EXPECT_EQ(programs.client.sockets, 1u);
  EXPECT_EQ(programs.server.sockets, 2u);
  EXPECT_EQ(programs.listener.sockets, 3u);
  EXPECT_EQ(programs.range.sockets, 4u);
  EXPECT_EQ(programs.unclosed.sockets, 5u);
  EXPECT_TRUE(programs.some_hidden);
  answer.hidden_processes = 0;
  EXPECT_FALSE(ProgramsFrom(answer).some_hidden);
}

TEST(ProgramsTest, WithoutAnAnswerTheReasonIsKept) {
  const Programs programs = ProgramsFrom(absl::NotFoundError("no /proc"));
  EXPECT_EQ(programs.status.message(), "no /proc");
}

}  // namespace
}  // namespace tcp_lifecycle
