#include "collectors/kernel/namespaces/namespace_facts_reader.h"

#include <fcntl.h>
#include <gtest/gtest.h>

#include <array>
#include <fstream>

#include "tests/unit/collectors/kernel/new_namespace.h"

namespace tcp_lifecycle {
namespace {

constexpr PortRange kRange = {40000, 40009};

class NamespaceFactsReaderTest : public ::testing::Test {
 protected:
  const Deadline in_time_ = Deadline::After(std::chrono::minutes(10));
  NamespaceFacts Read() { return reader_.Read(ns_, in_time_); }

  WatchedNetns ns_;
  NamespaceFactsReader reader_{ProcFiles("/proc"), FactSet::All()};
};

TEST_F(NamespaceFactsReaderTest, OfItsOwnNamespaceItReadsAll) {
  ns_.netns.name = "host";
  const NamespaceFacts facts = Read();
  EXPECT_EQ(facts.netns.name, "host");
  EXPECT_TRUE(facts.ephemeral_ports.ok()) << facts.ephemeral_ports.status();
  EXPECT_TRUE(facts.sockstat.ok()) << facts.sockstat.status();
  EXPECT_TRUE(facts.counters[TcpCounter::kActiveOpens].has_value());
  EXPECT_TRUE(facts.tcp_in_use.has_value());
}

TEST_F(NamespaceFactsReaderTest, OfAnotherItCountsTheSocketsThatAreThere) {
  std::array<UniqueFd, 3> sockets;
  UniqueFd other = NewNamespace([&] {
    for (UniqueFd& each : sockets) each = UniqueFd(socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0));
    ASSERT_EQ(listen(sockets[0].get(), 1), 0);
    ASSERT_EQ(listen(sockets[1].get(), 1), 0);
  });
  if (!other.valid()) GTEST_SKIP() << kNoNamespace;
  ns_.netns.foreign = true;
  ns_.entrance = std::move(other);
  EXPECT_EQ(Read().tcp_in_use, 2u) << "the third neither listens nor is connected";
}

TEST_F(NamespaceFactsReaderTest, OfAnotherItReadsWhatIsTrueThere) {
  UniqueFd other = NewNamespace([] {
    std::ofstream("/proc/sys/net/ipv4/ip_local_port_range") << kRange.min << ' ' << kRange.max;
    std::ofstream("/proc/sys/net/ipv4/tcp_fin_timeout") << 33;
  });
  if (!other.valid()) GTEST_SKIP() << kNoNamespace;
  ns_.netns.name = "other";
  ns_.netns.foreign = true;
  ns_.entrance = std::move(other);
  const NamespaceFacts facts = Read();
  EXPECT_EQ(facts.netns.name, "other");
  ASSERT_TRUE(facts.ephemeral_ports.ok()) << facts.ephemeral_ports.status();
  EXPECT_EQ(facts.ephemeral_ports->range.min, kRange.min);
  EXPECT_EQ(facts.ephemeral_ports->range.max, kRange.max);
  EXPECT_EQ(facts.sysctls[Sysctl::kFinTimeout].value_or(0), 33);
  EXPECT_EQ(facts.counters[TcpCounter::kListenOverflows], 0u);
  // All facts were asked for; these are not among kFactsOfOthers.
  EXPECT_EQ(facts.sockstat.status(), absl::NotFoundError("not read"));
  EXPECT_EQ(facts.socket_memory_limit.status(), absl::NotFoundError("not read"));
  const uint64_t cookie = facts.netns.cookie;
  EXPECT_NE(cookie, 0u) << "needs Linux 5.14";
  EXPECT_EQ(Read().netns.cookie, cookie);
  ns_.entrance = NewNamespace([] {});
  EXPECT_NE(Read().netns.cookie, cookie);
}

TEST_F(NamespaceFactsReaderTest, OfAnotherItReadsNothingThatNoFamilyIsMadeOf) {
  UniqueFd other = NewNamespace([] {});
  if (!other.valid()) GTEST_SKIP() << kNoNamespace;
  ns_.netns.foreign = true;
  ns_.entrance = std::move(other);
  NamespaceFactsReader reader(ProcFiles("/proc"), {Fact::kEphemeralPorts});
  const NamespaceFacts facts = reader.Read(ns_, in_time_);
  EXPECT_TRUE(facts.ephemeral_ports.ok()) << facts.ephemeral_ports.status();
  EXPECT_EQ(facts.sysctls[Sysctl::kFinTimeout].status(), absl::NotFoundError("not read"));
  EXPECT_EQ(facts.counters[TcpCounter::kListenOverflows], std::nullopt);
}

TEST_F(NamespaceFactsReaderTest, OfOneThatCannotBeEnteredItTellsTheCountersOfAProcess) {
  ns_.netns.foreign = true;
  ns_.entrance = absl::PermissionDeniedError("no");
  EXPECT_FALSE(Read().counters[TcpCounter::kListenOverflows].has_value());
  EXPECT_EQ(Read().counters.status, ns_.entrance.status());
  ns_.pid = getpid();
  const NamespaceFacts facts = Read();
  EXPECT_TRUE(facts.counters[TcpCounter::kListenOverflows].has_value());
  EXPECT_TRUE(facts.tcp_in_use.has_value());
  EXPECT_EQ(facts.ephemeral_ports.status(), ns_.entrance.status());
  EXPECT_EQ(facts.entered, ns_.entrance.status());
  EXPECT_FALSE(facts.sysctls[Sysctl::kFinTimeout].ok());
}

TEST_F(NamespaceFactsReaderTest, WhatIsNotReadInTimeSaysSo) {
  const Deadline late = Deadline::After(std::chrono::seconds(-1));
  const NamespaceFacts own = reader_.Read(ns_, late);
  EXPECT_TRUE(absl::IsDeadlineExceeded(own.sockstat.status())) << own.sockstat.status();
  ns_.netns.foreign = true;
  ns_.entrance = UniqueFd(open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC));
  ns_.pid = getpid();
  const NamespaceFacts others = reader_.Read(ns_, late);
  EXPECT_TRUE(absl::IsDeadlineExceeded(others.entered)) << others.entered;
  EXPECT_EQ(others.ephemeral_ports.status(), others.entered);
  EXPECT_TRUE(absl::IsDeadlineExceeded(others.counters.status)) << others.counters.status;
}

}  // namespace
}  // namespace tcp_lifecycle
