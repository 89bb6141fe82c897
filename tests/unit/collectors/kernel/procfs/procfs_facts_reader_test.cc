#include "collectors/kernel/procfs/procfs_facts_reader.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <string>

#include "absl/strings/str_cat.h"
#include "tests/unit/collectors/kernel/procfs/proc_tree.h"
#include "tests/unit/collectors/kernel/procfs/status_matchers.h"

namespace tcp_lifecycle {
namespace {

using absl::StatusCode;
using ::testing::HasSubstr;

class ProcfsFactsReaderTest : public ::testing::Test {
 protected:
  ProcfsFactsReaderTest() {
    for (size_t i = 0; i < kSysctlCount; ++i) {
      tree_.Write(absl::StrCat("sys/", kSysctlTable[i].path), absl::StrCat(100 + i, "\n"));
    }
    tree_.Write("sys/net/ipv4/tcp_mem", "1\t2\t3\n")
        .Write("sys/net/ipv4/ip_local_port_range", "32768\t60999\n")
        .Write("sys/net/ipv4/ip_local_reserved_ports", "40000\n")
        .Write("net/sockstat", "TCP: inuse 1 orphan 2 tw 3 alloc 4 mem 5\n")
        .Write("net/sockstat6", "TCP6: inuse 8\n")
        .Write("net/snmp", "Tcp: ActiveOpens\nTcp: 6\n")
        .Write("net/netstat", "TcpExt: TW\nTcpExt: 7\n");
  }

  NamespaceFacts Read() {
    WatchedNetns ns;
    ns.netns.name = "host";
    ns.netns.inode = 9;
    return ProcfsFactsReader(tree_.files()).Read(ns, Deadline::After(std::chrono::minutes(10)));
  }
  void Remove(const std::string& path) { std::filesystem::remove(tree_.Path(path)); }

  // How many facts are known, each sysctl among them.
  static int Known(const NamespaceFacts& facts) {
    int known = facts.socket_memory_limit.ok() + facts.ephemeral_ports.ok() + facts.sockstat.ok() +
                facts.counters.status.ok();
    for (size_t i = 0; i < kSysctlCount; ++i) known += facts.sysctls[static_cast<Sysctl>(i)].ok();
    return known;
  }
  static constexpr int kAllButOne = kSysctlCount + 3;

  ProcTree tree_;
};

TEST_F(ProcfsFactsReaderTest, KernelsBefore612MayReuseAnOrphanInFinWait2) {
  EXPECT_TRUE(Read().may_reuse_fin_wait2);  // where nothing says which kernel it is
  for (const char* old : {"5.10.0-32-amd64\n", "6.1.0-50-amd64\n", "6.11.0\n", "what\n"}) {
    tree_.Write("sys/kernel/osrelease", old);
    EXPECT_TRUE(Read().may_reuse_fin_wait2) << old;
  }
  for (const char* release : {"6.12.0-rc1\n", "6.12.117+deb13-amd64\n", "7.3.4\n"}) {
    tree_.Write("sys/kernel/osrelease", release);
    EXPECT_FALSE(Read().may_reuse_fin_wait2) << release;
  }
}

TEST_F(ProcfsFactsReaderTest, ReadsEveryFact) {
  const NamespaceFacts facts = Read();
  const auto page_bytes = static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
  EXPECT_EQ(facts.netns.name, "host");
  EXPECT_EQ(facts.netns.inode, 9u);
  for (size_t i = 0; i < kSysctlCount; ++i) {
    EXPECT_EQ(facts.sysctls[static_cast<Sysctl>(i)].value(), 100 + i) << kSysctlTable[i].path;
  }
  EXPECT_EQ(facts.socket_memory_limit->high_bytes, 3 * page_bytes);
  EXPECT_EQ(facts.ephemeral_ports->range, (PortRange{32768, 60999}));
  EXPECT_TRUE(facts.ephemeral_ports->reserved.test(40000));
  EXPECT_EQ(facts.sockstat->memory_bytes, 5 * page_bytes);
  EXPECT_EQ(facts.counters[TcpCounter::kActiveOpens], 6u);
  EXPECT_EQ(facts.counters[TcpCounter::kTimeWaitCounted], 7u);
  EXPECT_EQ(facts.tcp_in_use, 9u);
}

TEST_F(ProcfsFactsReaderTest, WithoutIpv6OnlyIpv4SocketsAreInUse) {
  Remove("net/sockstat6");
  EXPECT_EQ(Read().tcp_in_use, 1u);
  tree_.Write("net/sockstat6/is_a_directory", "");
  EXPECT_EQ(Read().tcp_in_use, std::nullopt);
  Remove("net/sockstat");
  EXPECT_EQ(Read().tcp_in_use, std::nullopt);
}

TEST_F(ProcfsFactsReaderTest, AbsentSysctlIsNotFound) {
  Remove("sys/net/ipv4/tcp_tw_recycle");
  const NamespaceFacts facts = Read();
  EXPECT_TRUE(absl::IsNotFound(facts.sysctls[Sysctl::kTwRecycle].status()));
  EXPECT_TRUE(facts.sysctls[Sysctl::kTimestamps].ok());
}

TEST_F(ProcfsFactsReaderTest, WithoutTheFileOfReservedPortsNoneIsReserved) {
  Remove("sys/net/ipv4/ip_local_reserved_ports");
  const NamespaceFacts facts = Read();
  EXPECT_EQ(facts.ephemeral_ports->range, (PortRange{32768, 60999}));
  EXPECT_TRUE(facts.ephemeral_ports->reserved.none());
}

TEST_F(ProcfsFactsReaderTest, WhereAllSettingsAreHiddenNoneIsAbsent) {
  std::filesystem::remove_all(tree_.Path("sys"));
  const NamespaceFacts facts = Read();
  const auto hidden =
      FailsWith(StatusCode::kUnavailable, HasSubstr("/sys/net/ipv4: No such file or directory; is "
                                                    "it hidden (ProcSubset=pid of systemd)?"));
  for (const SysctlRow& row : kSysctlTable) {
    EXPECT_THAT(facts.sysctls[row.id].status(), hidden) << row.path;
  }
  EXPECT_THAT(facts.ephemeral_ports.status(), hidden);
  EXPECT_THAT(facts.socket_memory_limit.status(), hidden);
  EXPECT_TRUE(facts.may_reuse_fin_wait2);
}

TEST_F(ProcfsFactsReaderTest, WhereAllOfNetIsHiddenNothingIsAbsent) {
  std::filesystem::remove_all(tree_.Path("net"));
  const NamespaceFacts facts = Read();
  const auto hidden = FailsWith(
      StatusCode::kUnavailable,
      HasSubstr("/net: No such file or directory; is it hidden (ProcSubset=pid of systemd)?"));
  EXPECT_THAT(facts.sockstat, hidden);
  EXPECT_THAT(facts.counters.status, hidden);
  EXPECT_EQ(facts.tcp_in_use, std::nullopt);
}

TEST_F(ProcfsFactsReaderTest, GarbledSysctlNamesItsFileAndText) {
  tree_.Write("sys/net/core/somaxconn", "lots\n");
  const NamespaceFacts facts = Read();
  EXPECT_THAT(
      facts.sysctls[Sysctl::kSomaxconn],
      FailsWith(StatusCode::kDataLoss, "sys/net/core/somaxconn: not a number: \"lots\\n\""));
  EXPECT_EQ(Known(facts), kAllButOne);
}

TEST_F(ProcfsFactsReaderTest, UnreadableSysctlNamesItsFile) {
  Remove("sys/net/core/somaxconn");
  tree_.Write("sys/net/core/somaxconn/is_a_directory", "");
  const NamespaceFacts facts = Read();
  EXPECT_THAT(facts.sysctls[Sysctl::kSomaxconn],
              FailsWith(StatusCode::kFailedPrecondition,
                        HasSubstr("/sys/net/core/somaxconn: Is a directory")));
  EXPECT_EQ(Known(facts), kAllButOne);
}

TEST_F(ProcfsFactsReaderTest, EveryOtherFactFailsOnItsOwn) {
  const struct {
    const char* path;
    const char* text;
    absl::Status (*status)(const NamespaceFacts&);
  } cases[] = {
      {"sys/net/ipv4/tcp_mem", "1 2\n",
       [](const NamespaceFacts& facts) { return facts.socket_memory_limit.status(); }},
      {"sys/net/ipv4/ip_local_port_range", "2 1\n",
       [](const NamespaceFacts& facts) { return facts.ephemeral_ports.status(); }},
      {"sys/net/ipv4/ip_local_reserved_ports", "x\n",
       [](const NamespaceFacts& facts) { return facts.ephemeral_ports.status(); }},
      {"net/sockstat", "UDP: inuse 1\n",
       [](const NamespaceFacts& facts) { return facts.sockstat.status(); }},
      {"net/snmp", "Tcp: ActiveOpens\nTcp:\n",
       [](const NamespaceFacts& facts) { return facts.counters.status; }},
      {"net/netstat", "TcpExt: TW\nTcpExt: x\n",
       [](const NamespaceFacts& facts) { return facts.counters.status; }},
  };
  for (const auto& [path, text, status] : cases) {
    const std::string good = tree_.files().Read(path).value();
    tree_.Write(path, text);
    const NamespaceFacts facts = Read();
    EXPECT_THAT(status(facts),
                FailsWith(StatusCode::kDataLoss, ::testing::StartsWith(absl::StrCat(path, ": "))));
    EXPECT_EQ(Known(facts), kAllButOne) << path;
    tree_.Write(path, good);
  }
}

TEST_F(ProcfsFactsReaderTest, AbsentFilesAreNotFound) {
  for (const char* path : {"sys/net/ipv4/tcp_mem", "sys/net/ipv4/ip_local_port_range",
                           "net/sockstat", "net/snmp", "net/netstat"}) {
    Remove(path);
  }
  const NamespaceFacts facts = Read();
  const auto absent = FailsWith(StatusCode::kNotFound, HasSubstr("No such file"));
  EXPECT_THAT(facts.socket_memory_limit, absent);
  EXPECT_THAT(facts.ephemeral_ports, absent);
  EXPECT_THAT(facts.sockstat, absent);
  EXPECT_THAT(facts.counters.status, absent);
  EXPECT_TRUE(facts.sysctls[Sysctl::kTwReuse].ok());
}

TEST_F(ProcfsFactsReaderTest, GarbledSnmpLeavesTheCountersOfNetstat) {
  tree_.Write("net/snmp", "Tcp: ActiveOpens\nTcp: x\n");
  const NamespaceFacts facts = Read();
  EXPECT_EQ(facts.counters[TcpCounter::kActiveOpens], std::nullopt);
  EXPECT_EQ(facts.counters[TcpCounter::kTimeWaitCounted], 7u);
}

TEST_F(ProcfsFactsReaderTest, AbsentNetstatCostsOnlyItsCounters) {
  Remove("net/netstat");
  const NamespaceFacts facts = Read();
  EXPECT_TRUE(facts.counters.status.ok()) << facts.counters.status;
  EXPECT_EQ(facts.counters[TcpCounter::kActiveOpens], 6u);
  EXPECT_EQ(facts.counters[TcpCounter::kTimeWaitCounted], std::nullopt);
}

TEST_F(ProcfsFactsReaderTest, AbsentSnmpCostsOnlyItsCounters) {
  Remove("net/snmp");
  const NamespaceFacts facts = Read();
  EXPECT_TRUE(facts.counters.status.ok()) << facts.counters.status;
  EXPECT_EQ(facts.counters[TcpCounter::kActiveOpens], std::nullopt);
  EXPECT_EQ(facts.counters[TcpCounter::kTimeWaitCounted], 7u);
}

}  // namespace
}  // namespace tcp_lifecycle
