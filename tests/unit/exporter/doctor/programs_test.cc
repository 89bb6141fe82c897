#include "exporter/doctor/programs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/exporter/doctor/samples.h"

namespace tcp_lifecycle {
namespace {

// What each question of QuestionsAbout says of a socket, in their order: client, server, listener.
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
  EXPECT_EQ(Answers(suspects, ListeningOn("::", 80)), "nnn");
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
  const Suspects suspects = {DestinationOf(10), false, std::nullopt};
  const auto of = [&](const Socket& socket) { return Answers(suspects, socket); };
  constexpr auto kState = TcpState::kEstablished;
  EXPECT_EQ(of(MakeSocket(kState, "192.0.2.1", 40000, "192.0.2.2", 6379)), "ynn");
  EXPECT_EQ(of(MakeSocket(kState, "192.0.2.2", 6379, "192.0.2.1", 40000)), "nyn");
  EXPECT_EQ(of(MakeSocket(kState, "192.0.2.9", 40000, "192.0.2.2", 6379)), "nnn");
  EXPECT_EQ(of(MakeSocket(kState, "192.0.2.1", 40000, "192.0.2.2", 6380)), "nnn");
  EXPECT_EQ(of(MakeSocket(kState, "192.0.2.2", 6379, "192.0.2.9", 40000)), "nnn");
}

TEST(QuestionsTest, AListenerServesADestinationOnThisHostOnly) {
  Suspects suspects = {DestinationOf(10), false, std::nullopt};
  EXPECT_EQ(Answers(suspects, ListeningOn("0.0.0.0", 6379)), "nnn");
  suspects.destination->source = suspects.destination->address;
  EXPECT_EQ(Answers(suspects, ListeningOn("0.0.0.0", 6379)), "nyn");
  EXPECT_EQ(Answers(suspects, ListeningOn("192.0.2.2", 6379)), "nyn");
  EXPECT_EQ(Answers(suspects, ListeningOn("192.0.2.3", 6379)), "nnn");
  EXPECT_EQ(Answers(suspects, ListeningOn("0.0.0.0", 80)), "nnn");
  suspects.destination->source = Ip("192.0.2.1");
  suspects.destination->address = Ip("127.0.0.1");
  EXPECT_EQ(Answers(suspects, ListeningOn("::", 6379)), "nyn");
}

TEST(QuestionsTest, AListenerIsItsAddressAndPort) {
  ListenGroup group;
  group.address = Ip("::");
  group.port = 80;
  const Suspects suspects = {std::nullopt, false, group};
  EXPECT_EQ(Answers(suspects, ListeningOn("::", 80)), "nny");
  EXPECT_EQ(Answers(suspects, ListeningOn("0.0.0.0", 80)), "nnn");
  EXPECT_EQ(Answers(suspects, ListeningOn("::", 81)), "nnn");
  EXPECT_EQ(Answers(suspects, MakeSocket(TcpState::kEstablished, "::", 80, "::", 1)), "nnn");
}

TEST(ProgramsTest, AnAnswerGoesWhereItWasAskedFor) {
  SocketOwnersAnswer answer;
  answer.by_question.resize(3);
  for (size_t i = 0; i < 3; ++i) answer.by_question[i].sockets = i + 1;
  answer.hidden_processes = 2;
  const Programs programs = ProgramsFrom(answer);
  EXPECT_TRUE(programs.status.ok());
  EXPECT_EQ(programs.client.sockets, 1u);
  EXPECT_EQ(programs.server.sockets, 2u);
  EXPECT_EQ(programs.listener.sockets, 3u);
  EXPECT_TRUE(programs.some_hidden);
}

TEST(ProgramsTest, WithoutAnAnswerTheReasonIsKept) {
  const Programs programs = ProgramsFrom(absl::NotFoundError("no /proc"));
  EXPECT_EQ(programs.status.message(), "no /proc");
}

}  // namespace
}  // namespace tcp_lifecycle
