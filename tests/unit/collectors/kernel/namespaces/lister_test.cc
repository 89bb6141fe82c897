#include "collectors/kernel/namespaces/lister.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>

#include "absl/strings/str_cat.h"
#include "tests/unit/collectors/kernel/new_namespace.h"
#include "tests/unit/collectors/kernel/procfs/proc_tree.h"
#include "tests/unit/collectors/kernel/procfs/status_matchers.h"

namespace tcp_lifecycle {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// A network namespace for as long as it lives; its thread sleeps in it.
class LivingNamespace {
 public:
  LivingNamespace() {
    thread_ = std::thread([this] {
      std::unique_lock lock(mutex_);
      permitted_ = unshare(CLONE_NEWNET) == 0;
      path_ = absl::StrCat("/proc/self/task/", gettid(), "/ns/net");
      changed_.notify_all();
      changed_.wait(lock, [this] { return over_; });
    });
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return !path_.empty(); });
  }
  ~LivingNamespace() {
    {
      const std::lock_guard lock(mutex_);
      over_ = true;
    }
    changed_.notify_all();
    thread_.join();
  }
  LivingNamespace(const LivingNamespace&) = delete;
  LivingNamespace& operator=(const LivingNamespace&) = delete;

  bool permitted() const { return permitted_; }
  const std::string& path() const { return path_; }

 private:
  std::thread thread_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool permitted_ = false;
  bool over_ = false;
  std::string path_;
};

class LiveNetnsListerTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!red_.permitted()) GTEST_SKIP() << kNoNamespace;
    tree_.Write("run/x", "");
  }
  void Link(const std::string& path, const std::string& target) {
    std::filesystem::create_directories(tree_.Path(path).parent_path());
    std::filesystem::remove(tree_.Path(path));
    std::filesystem::create_symlink(target, tree_.Path(path));
  }
  LiveNetnsLister Lister(const NetnsSelection& selection) {
    return {tree_.files(), tree_.Path("run").string(), selection, own_};
  }
  static std::vector<std::string> Names(const NetnsList& list) {
    std::vector<std::string> names;
    for (const WatchedNetns& each : list.watched) names.push_back(each.netns.name);
    return names;
  }

  ProcTree tree_;
  const Deadline in_time_ = Deadline::After(std::chrono::minutes(10));
  const Netns own_ = {"self", ProcFiles("/proc").Inode("self/ns/net").value(), "", {}};
  const NetnsSelection all_ = {.all = true, .names = {}};
  LivingNamespace red_;
};

TEST_F(LiveNetnsListerTest, WithoutASelectionNothingIsLookedAt) {
  LiveNetnsLister lister(ProcFiles("/no/such"), "/no/such", {}, own_);
  const NetnsList list = lister.List(in_time_);
  EXPECT_THAT(Names(list), ElementsAre("self"));
  EXPECT_TRUE(list.status.ok());
}

TEST_F(LiveNetnsListerTest, TwoProcessesOfOnePodAreOneNamespaceWithAWayIn) {
  const std::string pod = "0::/kubepods/pod12345678-90ab-cdef-1234-567890abcdef/";
  Link("7/ns/net", red_.path());
  Link("8/ns/net", red_.path());
  tree_.Write("7/cgroup", pod + std::string(64, 'b')).Write("8/cgroup", pod + std::string(64, 'a'));
  const NetnsList list = Lister(all_).List(in_time_);
  ASSERT_THAT(Names(list), ElementsAre("self", "12345678-90ab-cdef-1234-567890abcdef"));
  const WatchedNetns& watched = list.watched[1];
  EXPECT_THAT(watched.netns.container_ids, ElementsAre(std::string(64, 'a'), std::string(64, 'b')));
  ASSERT_TRUE(watched.entrance.ok()) << watched.entrance.status();
  struct stat file;
  ASSERT_EQ(fstat(watched.entrance->get(), &file), 0);
  EXPECT_EQ(file.st_ino, watched.netns.inode);
  EXPECT_NE(file.st_ino, own_.inode);
  EXPECT_TRUE(watched.pid == 7 || watched.pid == 8);
}

TEST_F(LiveNetnsListerTest, AContainerWithoutAPodIsNoPod) {
  Link("7/ns/net", red_.path());
  Link("run/docker/netns/abc", red_.path());
  tree_.Write("7/cgroup", "0::/docker/" + std::string(64, 'a'));
  const NetnsList list = Lister(all_).List(in_time_);
  ASSERT_EQ(list.watched.size(), 2u);
  const Netns& netns = list.watched[1].netns;
  EXPECT_EQ(netns.name, absl::StrCat("ino-", netns.inode)) << "docker's file is no name";
  EXPECT_EQ(netns.pod_uid, "");
  EXPECT_THAT(netns.container_ids, ElementsAre(std::string(64, 'a')));
}

TEST_F(LiveNetnsListerTest, TheNamespaceOfPid1IsTheHosts) {
  Link("1/ns/net", red_.path());
  EXPECT_THAT(Names(Lister(all_).List(in_time_)), ElementsAre("self", "host"));
}

// It may be compared by its table of sockets.
TEST_F(LiveNetnsListerTest, Pid1ThatHidesItsLinkIsFoundByAnotherOfItsNamespace) {
  tree_.Write("1/ns/pid", "").Write("1/net/tcp", "");
  Link("1/ns/net", tree_.Path("1/ns"));
  Link("7/ns/net", red_.path());
  Link("7/net/tcp", tree_.Path("1/net/tcp"));
  const NetnsList list = Lister(all_).List(in_time_);
  EXPECT_THAT(Names(list), ElementsAre("self", "host"));
  EXPECT_TRUE(list.status.ok()) << list.status;
}

TEST_F(LiveNetnsListerTest, NamespacesComeAndGoBetweenPasses) {
  LiveNetnsLister lister = Lister(all_);
  Link("run/netns/red", red_.path());
  EXPECT_THAT(Names(lister.List(in_time_)), ElementsAre("self", "red"));
  {
    const LivingNamespace blue;
    Link("run/netns/blue", blue.path());
    EXPECT_THAT(Names(lister.List(in_time_)), ElementsAre("self", "red", "blue"));
  }
  EXPECT_THAT(Names(lister.List(in_time_)), ElementsAre("self", "red"));
}

TEST_F(LiveNetnsListerTest, OneThatIsWatchedKeepsItsPlaceAlsoOverAListThatWasCut) {
  const LivingNamespace green;
  const auto inode = [](const LivingNamespace& of) {
    struct stat file = {};
    EXPECT_EQ(stat(of.path().c_str(), &file), 0);
    return file.st_ino;
  };
  // Without a history they would be in the order of their inodes.
  const bool red_is_later = inode(red_) > inode(green);
  LiveNetnsLister lister = Lister(all_);
  Link("run/netns/old", red_is_later ? red_.path() : green.path());
  EXPECT_THAT(Names(lister.List(in_time_)), ElementsAre("self", "old"));
  Link("run/netns/new", red_is_later ? green.path() : red_.path());
  EXPECT_THAT(Names(lister.List(in_time_)), ElementsAre("self", "old", "new"));
  lister.List(Deadline::After(std::chrono::seconds(-1)));
  EXPECT_THAT(Names(lister.List(in_time_)), ElementsAre("self", "old", "new"));
}

TEST_F(LiveNetnsListerTest, RecycledPidIsInItsNewNamespace) {
  LiveNetnsLister lister = Lister({.names = {"red"}});
  Link("run/netns/red", red_.path());
  Link("7/ns/net", red_.path());
  EXPECT_EQ(lister.List(in_time_).watched[1].pid, 7);
  Link("7/ns/net", "/proc/self/ns/net");
  EXPECT_EQ(lister.List(in_time_).watched[1].pid, 0);
}

TEST_F(LiveNetnsListerTest, LeftoverFileAndOtherNamespacesAreNone) {
  tree_.Write("run/netns/left", "");
  Link("run/netns/mnt", "/proc/self/ns/mnt");
  Link("run/netns/null", "/dev/null");
  const NetnsList list = Lister(all_).List(in_time_);
  EXPECT_THAT(Names(list), ElementsAre("self"));
  EXPECT_TRUE(list.status.ok()) << list.status;
}

TEST_F(LiveNetnsListerTest, ProcessThatMayNotBeLookedIntoCostsNothingElse) {
  Link("run/netns/red", red_.path());
  tree_.Write("7/ns/net", "").Write("8/ns/net", "").Write("7/net/tcp", "").Write("8/net/tcp", "");
  for (const char* path : {"7/ns", "8/ns"}) chmod(tree_.Path(path).c_str(), 0);
  chmod(tree_.Path("").c_str(), 0755);
  NetnsList list;
  std::thread([&] {
    syscall(SYS_setresuid, 65534, 65534, 65534);  // of this thread alone
    list = Lister(all_).List(in_time_);
  }).join();
  for (const char* path : {"7/ns", "8/ns"}) chmod(tree_.Path(path).c_str(), 0700);
  EXPECT_EQ(list.watched[0].netns.name, "self");
  EXPECT_THAT(list.status,
              FailsWith(absl::StatusCode::kPermissionDenied, HasSubstr("CAP_SYS_PTRACE")));
  EXPECT_THAT(list.status.ToString(), HasSubstr("2 network namespaces are hidden"));
}

// So ends stat() of a link that may not be followed, on Linux 5.10.
TEST_F(LiveNetnsListerTest, LinkThatEndsAtItsDirectoryIsHidden) {
  tree_.Write("7/ns/pid", "").Write("7/net/tcp", "");
  Link("7/ns/net", tree_.Path("7/ns"));
  EXPECT_THAT(
      Lister(all_).List(in_time_).status,
      FailsWith(absl::StatusCode::kPermissionDenied, HasSubstr("1 network namespaces are hidden")));
}

TEST_F(LiveNetnsListerTest, WhatIsNotSeenInTimeIsMissingAndTheExportersOwnIsNot) {
  Link("7/ns/net", red_.path());
  const NetnsList list = Lister(all_).List(Deadline::After(std::chrono::seconds(-1)));
  EXPECT_THAT(Names(list), ElementsAre("self"));
  EXPECT_TRUE(list.cut_short);
  EXPECT_TRUE(absl::IsDeadlineExceeded(list.status)) << list.status;
  EXPECT_FALSE(Lister(all_).List(in_time_).cut_short);
}

TEST_F(LiveNetnsListerTest, AListThatWasCutSaysNothingOfWhatItHasNotSeen) {
  Link("run/netns/red", red_.path());
  LiveNetnsLister lister = Lister({.names = {"red"}});
  EXPECT_TRUE(lister.List(in_time_).watched[1].entrance.ok());
  const NetnsList cut = lister.List(Deadline::After(std::chrono::seconds(-1)));
  ASSERT_THAT(Names(cut), ElementsAre("self", "red"));
  EXPECT_THAT(cut.watched[1].entrance, FailsWith(absl::StatusCode::kDeadlineExceeded,
                                                 HasSubstr("\"red\" not found in time")));
}

TEST_F(LiveNetnsListerTest, ACutIsToldBesideWhatWasRefused) {
  Link("run/docker", "file");
  tree_.Write("run/file", "");  // a path that cannot be listed, looked at before the processes
  const NetnsList list = Lister(all_).List(Deadline::After(std::chrono::seconds(-1)));
  EXPECT_TRUE(list.cut_short) << list.status;
}

TEST_F(LiveNetnsListerTest, MissingNameShowsWithItsReason) {
  const NetnsList list = Lister({.names = {"x"}}).List(in_time_);
  ASSERT_THAT(Names(list), ElementsAre("self", "x"));
  EXPECT_THAT(list.watched[1].entrance,
              FailsWith(absl::StatusCode::kNotFound, "no network namespace \"x\" now"));
}

}  // namespace
}  // namespace tcp_lifecycle
