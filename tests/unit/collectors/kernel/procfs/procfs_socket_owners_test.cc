#include "collectors/kernel/procfs/procfs_socket_owners.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "tests/unit/collectors/kernel/procfs/proc_tree.h"
#include "tests/unit/collectors/kernel/procfs/status_matchers.h"

namespace tcp_lifecycle {
namespace {

using absl::StatusCode;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr absl::string_view kHeader =
    "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout "
    "inode\n";
constexpr int kEstablished = 1;
constexpr int kFinWait1 = 4;
constexpr int kTimeWait = 6;
constexpr int kListen = 10;

// A row of /proc/net/tcp: 127.0.0.1:`port` to 127.0.0.1:80.
std::string Row(int port, int state, uint64_t inode) {
  return absl::StrFormat(
      "   0: 0100007F:%04X 0100007F:0050 %02X 00000000:00000000 00:00000000 00000000     0        "
      "0 "
      "%d 1 0000000000000000 100 0 0 10 0\n",
      port, state, inode);
}

class SocketOwnersTest : public ::testing::Test {
 protected:
  void WriteRows(absl::string_view rows) { tree_.Write("net/tcp", absl::StrCat(kHeader, rows)); }
  void AddProcess(int pid, absl::string_view name, std::vector<std::string> links) {
    tree_.Write(absl::StrCat(pid, "/comm"), absl::StrCat(name, "\n"));
    std::filesystem::create_directories(tree_.Path(absl::StrCat(pid, "/fd")));
    for (size_t fd = 0; fd < links.size(); ++fd) {
      std::filesystem::create_symlink(links[fd], tree_.Path(absl::StrCat(pid, "/fd/", fd)));
    }
  }
  absl::StatusOr<SocketOwnersAnswer> Ask(std::vector<SocketOwnersReader::Question> questions) {
    return ProcfsSocketOwners(tree_.files())
        .Read(questions, Deadline::After(std::chrono::hours(1)));
  }
  SocketOwners AskForAll() {
    const auto answer = Ask({[](const Socket&) { return true; }});
    EXPECT_TRUE(answer.ok()) << answer.status();
    return answer.ok() ? answer->by_question.front() : SocketOwners();
  }

  ProcTree tree_;
};

MATCHER_P3(Owner, pid, name, sockets, "") {
  return arg.pid == static_cast<uint32_t>(pid) && arg.name == name &&
         arg.sockets == static_cast<uint64_t>(sockets);
}

TEST(SocketLinkTest, OnlySocketsHaveAnInode) {
  EXPECT_EQ(ParseSocketLink("socket:[123]"), 123u);
  EXPECT_EQ(ParseSocketLink("socket:[18446744073709551615]"), 18446744073709551615u);
  for (const char* link :
       {"", "socket:[]", "socket:[12", "socket:[12]x", "socket:[-1]", "pipe:[12]",
        "/tmp/socket:[12]", "socket:[12a]", "socket:[18446744073709551616]"}) {
    EXPECT_EQ(ParseSocketLink(link), std::nullopt) << link;
  }
}

TEST_F(SocketOwnersTest, AProcessWithALinkToTheInodeIsTheOwner) {
  WriteRows(Row(40000, kEstablished, 7) + Row(40001, kEstablished, 8));
  AddProcess(12, "curl", {"/dev/null", "socket:[7]", "pipe:[8]"});
  AddProcess(13, "wget", {"socket:[8]"});
  AddProcess(14, "idle", {"socket:[99]"});
  const SocketOwners owners = AskForAll();
  EXPECT_EQ(owners.sockets, 2u);
  EXPECT_EQ(owners.unseen, 0u);
  EXPECT_THAT(owners.owners, ElementsAre(Owner(12, "curl", 1), Owner(13, "wget", 1)));
}

TEST_F(SocketOwnersTest, WhoHoldsMostComesFirst) {
  WriteRows(Row(40000, kEstablished, 7) + Row(40001, kEstablished, 8) +
            Row(40002, kEstablished, 9));
  AddProcess(12, "one", {"socket:[7]"});
  AddProcess(13, "two", {"socket:[8]", "socket:[9]"});
  EXPECT_THAT(AskForAll().owners, ElementsAre(Owner(13, "two", 2), Owner(12, "one", 1)));
}

TEST_F(SocketOwnersTest, TwoDescriptorsOfOneSocketAreOneSocket) {
  WriteRows(Row(40000, kEstablished, 7));
  AddProcess(12, "curl", {"socket:[7]", "socket:[7]"});
  EXPECT_THAT(AskForAll().owners, ElementsAre(Owner(12, "curl", 1)));
}

TEST_F(SocketOwnersTest, ProcessesThatShareASocketAreAllOwners) {
  WriteRows(Row(80, kListen, 7));
  AddProcess(12, "nginx", {"socket:[7]"});
  AddProcess(13, "nginx", {"socket:[7]"});
  const SocketOwners owners = AskForAll();
  EXPECT_EQ(owners.sockets, 1u);
  EXPECT_THAT(owners.owners, ElementsAre(Owner(12, "nginx", 1), Owner(13, "nginx", 1)));
}

TEST_F(SocketOwnersTest, WhatNobodyHoldsIsCountedByItsReason) {
  WriteRows(Row(40000, kTimeWait, 0) + Row(40001, kTimeWait, 0) + Row(40002, kFinWait1, 0) +
            Row(40003, kEstablished, 7));
  AddProcess(12, "idle", {"socket:[99]"});
  const SocketOwners owners = AskForAll();
  EXPECT_THAT(owners.owners, IsEmpty());
  EXPECT_EQ(owners.sockets, 4u);
  EXPECT_EQ(owners.time_wait, 2u);
  EXPECT_EQ(owners.orphans, 1u);
  EXPECT_EQ(owners.unseen, 1u);
}

TEST_F(SocketOwnersTest, EachQuestionHasItsOwnAnswer) {
  WriteRows(Row(80, kListen, 7) + Row(40000, kEstablished, 8));
  AddProcess(12, "both", {"socket:[7]", "socket:[8]"});
  const auto answer = Ask({[](const Socket& socket) { return socket.state == TcpState::kListen; },
                           [](const Socket& socket) { return socket.local_port == 40000; },
                           [](const Socket&) { return false; }});
  ASSERT_TRUE(answer.ok()) << answer.status();
  ASSERT_EQ(answer->by_question.size(), 3u);
  EXPECT_THAT(answer->by_question[0].owners, ElementsAre(Owner(12, "both", 1)));
  EXPECT_THAT(answer->by_question[1].owners, ElementsAre(Owner(12, "both", 1)));
  EXPECT_EQ(answer->by_question[2].sockets, 0u);
}

TEST_F(SocketOwnersTest, Ipv6SocketsAreInAFileOfTheirOwn) {
  WriteRows("");
  tree_.Write(
      "net/tcp6",
      "  sl  local_address                         remote_address                        st "
      "tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
      "   0: 00000000000000000000000001000000:9C40 00000000000000000000000001000000:0050 01 "
      "00000000:00000000 00:00000000 00000000     0        0 7 1 0000000000000000 100 0 0 10 "
      "0\n");
  AddProcess(12, "curl", {"socket:[7]"});
  EXPECT_THAT(AskForAll().owners, ElementsAre(Owner(12, "curl", 1)));
}

TEST_F(SocketOwnersTest, RowsThatMakeNoSenseAreLeftOut) {
  WriteRows("nonsense\n" + Row(40000, 0x77, 7) + Row(40001, kEstablished, 8));
  EXPECT_EQ(AskForAll().sockets, 1u);
}

TEST_F(SocketOwnersTest, AProcessMayEndMeanwhile) {
  WriteRows(Row(40000, kEstablished, 7));
  std::filesystem::create_directories(tree_.Path("11"));  // without fd
  AddProcess(12, "curl", {"socket:[7]"});
  std::filesystem::remove(tree_.Path("12/comm"));
  const auto answer = Ask({[](const Socket&) { return true; }});
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_THAT(answer->by_question[0].owners, ElementsAre(Owner(12, "?", 1)));
  EXPECT_EQ(answer->hidden_processes, 0u);
}

TEST_F(SocketOwnersTest, WhatIsNoProcessIsNotLookedInto) {
  WriteRows(Row(40000, kEstablished, 7));
  tree_.Write("self/comm", "x");
  std::filesystem::create_directories(tree_.Path("self/fd"));
  std::filesystem::create_symlink("socket:[7]", tree_.Path("self/fd/0"));
  EXPECT_THAT(AskForAll().owners, IsEmpty());
  AddProcess(12, "curl", {"socket:[7]"});
  std::filesystem::create_directories(tree_.Path("12th"));
  EXPECT_THAT(AskForAll().owners, ElementsAre(Owner(12, "curl", 1)));
}

TEST_F(SocketOwnersTest, ANameMayBeAnyBytes) {
  WriteRows(Row(40000, kEstablished, 7));
  AddProcess(12, "a\n\xff b\n", {"socket:[7]"});
  EXPECT_THAT(AskForAll().owners, ElementsAre(Owner(12, "a\n\xff b\n", 1)));
}

TEST_F(SocketOwnersTest, ProcessesThatMayNotBeLookedIntoAreCounted) {
  if (geteuid() == 0) GTEST_SKIP() << "root may look into everything";
  WriteRows(Row(40000, kEstablished, 7));
  AddProcess(12, "theirs", {"socket:[7]"});
  std::filesystem::permissions(tree_.Path("12/fd"), std::filesystem::perms::none);
  const auto answer = Ask({[](const Socket&) { return true; }});
  std::filesystem::permissions(tree_.Path("12/fd"), std::filesystem::perms::owner_all);
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(answer->hidden_processes, 1u);
  EXPECT_EQ(answer->by_question[0].unseen, 1u);
}

TEST_F(SocketOwnersTest, WithoutNetTcpThereIsNoAnswer) {
  EXPECT_THAT(Ask({}), FailsWith(StatusCode::kNotFound, HasSubstr("net/tcp")));
}

TEST_F(SocketOwnersTest, AFileWithoutItsColumnsIsDataLoss) {
  tree_.Write("net/tcp", "no header\n");
  EXPECT_THAT(Ask({}), FailsWith(StatusCode::kDataLoss, HasSubstr("net/tcp line 1")));
}

TEST_F(SocketOwnersTest, WithoutAFileOfIpv4ThereIsNoAnswer) {
  tree_.Write("net/tcp6", kHeader);
  EXPECT_THAT(Ask({}), FailsWith(StatusCode::kNotFound, HasSubstr("net/tcp: No such file")));
}

TEST_F(SocketOwnersTest, AFileOfIpv6WithoutItsColumnsIsDataLoss) {
  WriteRows("");
  tree_.Write("net/tcp6", "no header\n");
  EXPECT_THAT(Ask({}), FailsWith(StatusCode::kDataLoss, HasSubstr("net/tcp6 line 1")));
}

TEST_F(SocketOwnersTest, WhereTheDeadlinePassesWhileSocketsAreReadNoProcessIsLookedInto) {
  WriteRows(Row(40000, kEstablished, 7));
  ASSERT_EQ(mkfifo(tree_.Path("net/tcp6").c_str(), 0600), 0);
  const Deadline deadline = Deadline::After(std::chrono::milliseconds(300));
  std::jthread writer([&] {
    std::ofstream slow(tree_.Path("net/tcp6"));
    slow << kHeader << std::flush;
    std::this_thread::sleep_until(deadline.at() + std::chrono::milliseconds(10));
  });
  const std::vector<SocketOwnersReader::Question> none;
  EXPECT_THAT(ProcfsSocketOwners(tree_.files()).Read(none, deadline),
              FailsWith(StatusCode::kDeadlineExceeded, HasSubstr("looking into all processes: ")));
}

TEST_F(SocketOwnersTest, EndsByTheDeadline) {
  WriteRows(Row(40000, kEstablished, 7));
  AddProcess(12, "curl", {"socket:[7]"});
  const std::vector<SocketOwnersReader::Question> none;
  EXPECT_THAT(
      ProcfsSocketOwners(tree_.files()).Read(none, Deadline::After(std::chrono::seconds(-1))),
      FailsWith(StatusCode::kDeadlineExceeded, ::testing::_));
}

}  // namespace
}  // namespace tcp_lifecycle
