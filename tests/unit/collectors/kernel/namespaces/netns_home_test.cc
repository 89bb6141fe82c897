#include "collectors/kernel/namespaces/netns_home.h"

#include <gtest/gtest.h>
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include <stdexcept>

#include "tests/unit/collectors/kernel/new_namespace.h"

namespace tcp_lifecycle {
namespace {

TEST(NetnsHomeTest, ThreadComesBackFromABodyThatThrows) {
  WatchedNetns ns;
  ns.entrance = NewNamespace([] {});
  if (!ns.entrance->valid()) GTEST_SKIP() << kNoNamespace;
  const ino_t own = NamespaceInode();
  NetnsHome home;
  ino_t inside = own;
  const auto visit = [&] {
    return home.Visit(ns, [&] {
      inside = NamespaceInode();
      throw std::length_error("body");
    });
  };
  EXPECT_THROW(visit().IgnoreError(), std::length_error);
  EXPECT_NE(inside, own);
  EXPECT_EQ(NamespaceInode(), own);
}

// In a user namespace of its own a program may enter a network namespace made there, but not the
// host's again.
TEST(NetnsHomeTest, WhereNoWayLeadsBackItDoesNotGo) {
  enum Outcome { kStayed, kNotPermitted, kWent };
  const pid_t child = fork();
  if (child == 0) {
    if (unshare(CLONE_NEWUSER) != 0) _exit(kNotPermitted);
    WatchedNetns ns;
    ns.entrance = NewNamespace([] {});
    if (!ns.entrance->valid()) _exit(kNotPermitted);
    bool called = false;
    const absl::Status status = NetnsHome().Visit(ns, [&] { called = true; });
    _exit(absl::IsPermissionDenied(status) && !called ? kStayed : kWent);
  }
  int ended = 0;
  ASSERT_EQ(waitpid(child, &ended, 0), child);
  ASSERT_TRUE(WIFEXITED(ended)) << "by signal " << WTERMSIG(ended);
  if (WEXITSTATUS(ended) == kNotPermitted) GTEST_SKIP() << kNoNamespace;
  EXPECT_EQ(WEXITSTATUS(ended), kStayed);
}

}  // namespace
}  // namespace tcp_lifecycle
