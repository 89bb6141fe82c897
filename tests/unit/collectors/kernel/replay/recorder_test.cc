#include "collectors/kernel/replay/recorder.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "collectors/base/unique_fd.h"
#include "collectors/kernel/procfs/procfs_facts_reader.h"
#include "collectors/kernel/replay/archive.h"
#include "collectors/kernel/replay/replay_source.h"
#include "tests/unit/collectors/kernel/new_namespace.h"
#include "tests/unit/collectors/kernel/procfs/proc_tree.h"
#include "tests/unit/collectors/kernel/replay/recorded.h"

namespace tcp_lifecycle {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

std::string TextOf(const std::filesystem::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}
std::string AboutOf(const Replay& replay) {
  return TextOf(std::filesystem::path(replay.procfs_root).parent_path() / "about");
}

TEST(Record, ReplayGivesWhatTheKernelHad) {
  const bool permitted = InNewNamespace([] {
    UniqueFd listener(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    ASSERT_EQ(listen(listener.get(), 7), 0);
    ProcTree tree;
    const std::string archive = tree.Path("recording").string();
    const absl::Status recorded = Record({archive}, "/proc", Soon());
    ASSERT_TRUE(recorded.ok()) << recorded;

    const absl::StatusOr<Replay> replay = OpenReplay(archive);
    ASSERT_TRUE(replay.ok()) << replay.status();
    Kept kept;
    const absl::StatusOr<PassInfo> info = replay->sockets->ForEach({}, Soon(), kept);
    ASSERT_TRUE(info.ok()) << info.status();
    ASSERT_THAT(kept.listeners, SizeIs(1));
    EXPECT_EQ(kept.listeners[0].backlog, 7u);
    EXPECT_THAT(kept.sockets, SizeIs(0));
    EXPECT_THAT(AboutOf(*replay), HasSubstr("addresses: as they are\n"));
  });
  if (!permitted) GTEST_SKIP() << kNoNamespace;
}

TEST(Record, HasEveryFileThatFactsComeFrom) {
  ProcTree tree;
  const std::string archive = tree.Path("recording").string();
  ASSERT_TRUE(Record({archive}, "/proc", Soon()).ok());
  const absl::StatusOr<Replay> replay = OpenReplay(archive);
  ASSERT_TRUE(replay.ok()) << replay.status();
  const std::string& procfs = replay->procfs_root;
  const Deadline in_time = Deadline::After(std::chrono::minutes(10));
  const NamespaceFacts live = ProcfsFactsReader(ProcFiles("/proc")).Read(WatchedNetns(), in_time);
  const NamespaceFacts replayed =
      ProcfsFactsReader(ProcFiles(procfs)).Read(WatchedNetns(), in_time);
  for (size_t i = 0; i < kSysctlCount; ++i) {
    const auto sysctl = static_cast<Sysctl>(i);
    EXPECT_EQ(replayed.sysctls[sysctl].ok(), live.sysctls[sysctl].ok()) << kSysctlTable[i].path;
    EXPECT_EQ(replayed.sysctls[sysctl].value_or(-1), live.sysctls[sysctl].value_or(-1))
        << kSysctlTable[i].path;
  }
  EXPECT_EQ(replayed.socket_memory_limit.status(), live.socket_memory_limit.status());
  ASSERT_TRUE(live.ephemeral_ports.ok() && replayed.ephemeral_ports.ok());
  EXPECT_EQ(replayed.ephemeral_ports->range, live.ephemeral_ports->range);
  EXPECT_EQ(replayed.ephemeral_ports->reserved, live.ephemeral_ports->reserved);
  EXPECT_EQ(replayed.may_reuse_fin_wait2, live.may_reuse_fin_wait2);
  ASSERT_TRUE(live.sockstat.ok() && replayed.sockstat.ok());
  EXPECT_EQ(replayed.tcp_in_use.has_value(), live.tcp_in_use.has_value());
  for (const char* file : {"sys/kernel/osrelease", "net/tcp", "net/tcp6", "net/sockstat6",
                           "sys/net/ipv4/ip_local_reserved_ports"}) {
    EXPECT_EQ(std::filesystem::exists(procfs + "/" + file),
              std::filesystem::exists(std::string("/proc/") + file))
        << file;
  }
  ASSERT_TRUE(live.counters.status.ok() && replayed.counters.status.ok());
  for (size_t i = 0; i < kTcpCounterCount; ++i) {
    const auto counter = static_cast<TcpCounter>(i);
    EXPECT_EQ(replayed.counters[counter].has_value(), live.counters[counter].has_value())
        << kTcpCounterTable[i].name;
  }
}

TEST(Record, IsOneFileForItsOwnersEyes) {
  ProcTree tree;
  tree.Write("dir/.keep", "");
  ASSERT_TRUE(Record({tree.Path("dir/recording").string()}, "/proc", Soon()).ok());
  EXPECT_EQ(tree.files().CountEntries("dir").value(), 2u);
  struct stat about;
  ASSERT_EQ(stat(tree.Path("dir/recording").c_str(), &about), 0);
  EXPECT_EQ(about.st_mode & 07777, 0600);
}

TEST(Record, AnonymizedItHasNoAddressOfThisHost) {
  const bool permitted = InNewNamespace([] {
    UniqueFd listener(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_port = htons(80);
    inet_pton(AF_INET, "203.0.113.77", &address.sin_addr);
    const int one = 1;
    ASSERT_EQ(setsockopt(listener.get(), IPPROTO_IP, IP_FREEBIND, &one, sizeof one), 0);
    ASSERT_EQ(bind(listener.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    ASSERT_EQ(listen(listener.get(), 7), 0);
    ProcTree tree;
    const std::string archive = tree.Path("recording").string();
    ASSERT_TRUE(Record({archive, true}, "/proc", Soon()).ok());

    const absl::StatusOr<Replay> replay = OpenReplay(archive);
    ASSERT_TRUE(replay.ok()) << replay.status();
    Kept kept;
    ASSERT_TRUE(replay->sockets->ForEach({}, Soon(), kept).ok());
    ASSERT_THAT(kept.listeners, SizeIs(1));
    EXPECT_EQ(ToString(kept.listeners[0].socket.local_address), "240.0.0.1");
    EXPECT_EQ(kept.listeners[0].socket.local_port, 80);
    EXPECT_THAT(AboutOf(*replay), HasSubstr("addresses: replaced\n"));
  });
  if (!permitted) GTEST_SKIP() << kNoNamespace;
}

TEST(Record, AnonymizedItsTableOfSocketsHasNoAddressEither) {
  ProcTree tree;
  tree.Write("net/tcp",
             "  sl  local_address rem_address   st\n   0: 4D7100CB:0050 00000000:0000 0A\n");
  tree.Write("net/sockstat", "TCP: inuse 1\n");
  for (const bool anonymize : {false, true}) {
    const std::string archive = tree.Path(anonymize ? "anonymized" : "as_it_is").string();
    ASSERT_TRUE(Record({archive, anonymize}, tree.Path("").string(), Soon()).ok());
    const absl::StatusOr<Replay> replay = OpenReplay(archive);
    ASSERT_TRUE(replay.ok()) << replay.status();
    EXPECT_THAT(TextOf(std::filesystem::path(replay->procfs_root) / "net/tcp"),
                HasSubstr(anonymize ? " 010000F0:0050 00000000:0000 0A\n"
                                    : " 4D7100CB:0050 00000000:0000 0A\n"));
  }
}

TEST(Record, DoesNotWriteOverAFile) {
  ProcTree tree;
  tree.Write("old", "kernel: old\n");
  const absl::Status status = Record({tree.Path("old").string()}, "/proc", Soon());
  EXPECT_TRUE(absl::IsAlreadyExists(status)) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr("/old: File exists"));
  EXPECT_EQ(tree.files().Read("old").value(), "kernel: old\n");
}

TEST(Record, FileThatCannotBeMadeIsTold) {
  EXPECT_EQ(Record({"/nowhere/recording"}, "/proc", Soon()).message(),
            "/nowhere/recording: No such file or directory");
  // Not even root creates files there.
  const absl::Status status = Record({"/proc/self/fd/recording"}, "/proc", Soon());
  EXPECT_FALSE(status.ok());
  EXPECT_THAT(std::string(status.message()), HasSubstr("/proc/self/fd/recording"));
}

TEST(Record, WhatCannotBePackedLeavesNoFile) {
  ProcTree tree;
  // With six more characters, for the directory beside it, the name is too long.
  const std::string archive = tree.Path(std::string(252, 'x')).string();
  EXPECT_FALSE(Record({archive}, "/proc", Soon()).ok());
  EXPECT_FALSE(std::filesystem::exists(archive));
}

TEST(Record, ProcWithoutFilesOfTcpIsTold) {
  ProcTree tree;
  EXPECT_EQ(Record({tree.Path("recording").string()}, "/nowhere", Soon()),
            absl::NotFoundError("/nowhere has no files of TCP"));
}

TEST(Record, PassedDeadlineIsTold) {
  ProcTree tree;
  const absl::Status status =
      Record({tree.Path("recording").string()}, "/proc", Deadline::After(std::chrono::seconds(-1)));
  EXPECT_TRUE(absl::IsDeadlineExceeded(status)) << status;
  ASSERT_TRUE(UnpackArchive(tree.Path("recording").string(), tree.Path("").string()).ok());
  std::ifstream about(tree.Path("about"));
  const std::string text{std::istreambuf_iterator<char>(about), {}};
  EXPECT_THAT(text, HasSubstr("sock_diag: DEADLINE_EXCEEDED"));
}

}  // namespace
}  // namespace tcp_lifecycle
