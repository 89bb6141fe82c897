#include "collectors/kernel/replay/replay_source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <cstdlib>
#include <optional>

#include "collectors/kernel/replay/archive.h"
#include "tests/unit/collectors/kernel/procfs/proc_tree.h"
#include "tests/unit/collectors/kernel/replay/recorded.h"

namespace tcp_lifecycle {
namespace {

using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::SizeIs;

constexpr char kProcNetTcp[] =
    "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout "
    "inode\n"
    "   0: 0100007F:0050 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 "
    "71 1 0000000000000000 100 0 0 10 0\n";

// A directory as --record makes them, or one that went wrong.
class OpenReplayTest : public ::testing::Test {
 protected:
  absl::StatusOr<Replay> Open() { return OpenReplay(tree_.Path("").string()); }
  std::string OpenError() { return std::string(Open().status().message()); }
  Kept Pass(const Replay& replay, const SocketQuery& query = {}) {
    Kept kept;
    info_ = replay.sockets->ForEach(query, Soon(), kept);
    return kept;
  }

  ProcTree tree_;
  absl::StatusOr<PassInfo> info_;
};

Bytes Listening() { return Message(Row({.state = 10, .local_port = 80})); }

TEST_F(OpenReplayTest, AFileThatCannotBeOpenedIsTold) {
  tree_.Write("sock_diag/listen.nl", DatagramFile({Listening(), Done()}));
  tree_.Write("sock_diag/rest.nl", DatagramFile({Done()}));
  std::filesystem::create_symlink("about", tree_.Path("about"));  // to itself
  EXPECT_THAT(OpenError(), HasSubstr("about: Too many levels of symbolic links"));
}

TEST_F(OpenReplayTest, ReplaysTheDumps) {
  tree_.Write("about", "kernel: 6.18.0\nnetns: host\nnetns_inode: 12\n");
  tree_.Write("sock_diag/listen.nl", DatagramFile({Listening(), Done()}));
  tree_.Write("sock_diag/rest.nl", DatagramFile({Message(Row()), Done()}));
  tree_.Write("sock_diag/notes.txt", "this is no dump");
  const absl::StatusOr<Replay> replay = Open();
  ASSERT_TRUE(replay.ok()) << replay.status();
  EXPECT_EQ(replay->sockets->Name(), "replay");
  EXPECT_EQ(replay->netns.name, "host");
  EXPECT_EQ(replay->netns.inode, 12u);
  EXPECT_THAT(replay->procfs_root, EndsWith("/proc"));
  for (int pass = 0; pass < 2; ++pass) {
    const Kept kept = Pass(*replay);
    ASSERT_TRUE(info_.ok()) << info_.status();
    EXPECT_THAT(kept.listeners, SizeIs(1));
    EXPECT_THAT(kept.sockets, SizeIs(1));
    EXPECT_TRUE(info_->knows_bound_inactive);
  }
}

TEST_F(OpenReplayTest, GivesOnlyTheStatesOfTheQuery) {
  tree_.Write("sock_diag/rest.nl",
              DatagramFile({Message(Row({.state = 6})) + Message(Row({.state = 1})), Done()}));
  const absl::StatusOr<Replay> replay = Open();
  ASSERT_TRUE(replay.ok()) << replay.status();
  const Kept kept = Pass(*replay, {.states = {TcpState::kTimeWait}});
  ASSERT_THAT(kept.sockets, SizeIs(1));
  EXPECT_EQ(kept.sockets[0].state, TcpState::kTimeWait);
}

TEST_F(OpenReplayTest, KernelThatRefusedTheLegacyRequestIsReplayedByFamily) {
  tree_.Write("sock_diag/listen.nl", DatagramFile({Error(-ENOENT)}));
  tree_.Write("sock_diag/listen_ipv4.nl", DatagramFile({Listening(), Done()}));
  tree_.Write("sock_diag/listen_ipv6.nl", DatagramFile({Done()}));
  const absl::StatusOr<Replay> replay = Open();
  ASSERT_TRUE(replay.ok()) << replay.status();
  EXPECT_THAT(Pass(*replay, {.states = {TcpState::kListen}}).listeners, SizeIs(1));
  EXPECT_TRUE(info_.ok()) << info_.status();
}

TEST_F(OpenReplayTest, WithoutDumpsTheFilesOfProcStandIn) {
  tree_.Write("proc/net/tcp", kProcNetTcp);
  const absl::StatusOr<Replay> replay = Open();
  ASSERT_TRUE(replay.ok()) << replay.status();
  EXPECT_EQ(replay->sockets->Name(), "replay");
  EXPECT_EQ(replay->netns.name, "self");
  EXPECT_THAT(Pass(*replay).listeners, SizeIs(1));
}

TEST_F(OpenReplayTest, DirectoryThatIsMissingIsTold) {
  const absl::Status status = OpenReplay("/nowhere/at/all").status();
  EXPECT_EQ(status, absl::NotFoundError("recording /nowhere/at/all: No such file or directory"));
}

TEST_F(OpenReplayTest, FileThatIsNoArchiveIsTold) {
  tree_.Write("file", "");
  const std::string path = tree_.Path("file").string();
  EXPECT_EQ(std::string(OpenReplay(path).status().message()),
            path + ": is no archive that gzip has compressed");
}

TEST_F(OpenReplayTest, AnArchiveIsUnpackedForAsLongAsItIsRead) {
  tree_.Write("from/proc/net/tcp", kProcNetTcp).Write("archive", "");
  const std::string archive = tree_.Path("archive").string();
  ASSERT_TRUE(PackArchive(tree_.Path("from").string(), archive).ok());
  absl::StatusOr<Replay> replay = OpenReplay(archive);
  ASSERT_TRUE(replay.ok()) << replay.status();
  EXPECT_THAT(Pass(*replay).listeners, SizeIs(1));
  replay->unpacked.reset();
  EXPECT_FALSE(std::filesystem::exists(replay->procfs_root));
}

TEST_F(OpenReplayTest, AnArchiveWithNothingToReplayIsNamed) {
  tree_.Write("from/about", "kernel: 6.18.0\n").Write("archive", "");
  const std::string archive = tree_.Path("archive").string();
  ASSERT_TRUE(PackArchive(tree_.Path("from").string(), archive).ok());
  EXPECT_THAT(std::string(OpenReplay(archive).status().message()),
              AllOf(HasSubstr(archive), HasSubstr("neither sock_diag/ nor proc/net/tcp")));
}

TEST_F(OpenReplayTest, EmptyDirectoryHasNothingToReplay) {
  EXPECT_THAT(OpenError(), HasSubstr("neither sock_diag/ nor proc/net/tcp"));
}

TEST_F(OpenReplayTest, TruncatedFileIsNamed) {
  const std::string whole = DatagramFile({Listening(), Done()});
  tree_.Write("sock_diag/listen.nl", whole.substr(0, whole.size() - 1));
  EXPECT_TRUE(absl::IsDataLoss(Open().status()));
  EXPECT_THAT(OpenError(), HasSubstr("sock_diag/listen.nl: truncated at byte"));
}

TEST_F(OpenReplayTest, RecordingWithoutItsLastAnswerFailsThePass) {
  tree_.Write("sock_diag/listen.nl", DatagramFile({Listening()}));
  const absl::StatusOr<Replay> replay = Open();
  ASSERT_TRUE(replay.ok()) << replay.status();
  Pass(*replay);
  EXPECT_TRUE(absl::IsDataLoss(info_.status())) << info_.status();
}

TEST_F(OpenReplayTest, DumpThatIsMissingFailsThePass) {
  tree_.Write("sock_diag/listen.nl", DatagramFile({Done()}));
  const absl::StatusOr<Replay> replay = Open();
  ASSERT_TRUE(replay.ok()) << replay.status();
  Pass(*replay);
  EXPECT_THAT(std::string(info_.status().message()), HasSubstr("the recording has no"));
}

TEST_F(OpenReplayTest, BadAboutIsNamed) {
  tree_.Write("about", "netns_inode: many\n");
  EXPECT_THAT(OpenError(), HasSubstr("/about: \"netns_inode: many\""));
}

TEST_F(OpenReplayTest, DirectoryInPlaceOfAFileIsTold) {
  tree_.Write("about/inside", "");
  EXPECT_THAT(OpenError(), HasSubstr("/about: "));
  std::filesystem::remove_all(tree_.Path("about"));
  tree_.Write("sock_diag/listen.nl/inside", "");
  EXPECT_THAT(OpenError(), HasSubstr("/listen.nl: cannot be read"));
}

TEST_F(OpenReplayTest, FileInPlaceOfADirectoryIsTold) {
  tree_.Write("sock_diag", "");
  EXPECT_THAT(OpenError(), HasSubstr("/sock_diag: Not a directory"));
}

TEST_F(OpenReplayTest, WithoutRoomToUnpackAnArchiveThatIsTold) {
  tree_.Write("from/proc/net/tcp", kProcNetTcp).Write("archive", "");
  const std::string archive = tree_.Path("archive").string();
  ASSERT_TRUE(PackArchive(tree_.Path("from").string(), archive).ok());
  const char* const set = std::getenv("TMPDIR");
  const std::optional<std::string> before =
      set == nullptr ? std::nullopt : std::optional<std::string>(set);
  setenv("TMPDIR", "/nowhere", 1);
  const absl::Status without = OpenReplay(archive).status();
  setenv("TMPDIR", "/proc", 1);  // not even root makes directories there
  const absl::Status refused = OpenReplay(archive).status();
  if (before) {
    setenv("TMPDIR", before->c_str(), 1);
  } else {
    unsetenv("TMPDIR");
  }
  EXPECT_THAT(std::string(without.message()), HasSubstr("the directory for temporary files: N"));
  EXPECT_THAT(std::string(refused.message()), HasSubstr("making the directory /proc/recording."));
}

}  // namespace
}  // namespace tcp_lifecycle
