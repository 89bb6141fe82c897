// Hard links stand for entries of one namespace: they have one inode number.
#include "collectors/kernel/procfs/netns_name.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "tests/unit/collectors/kernel/procfs/proc_tree.h"

namespace tcp_lifecycle {
namespace {

TEST(FindOwnNetnsTest, NamespaceOfPid1IsTheHosts) {
  ProcTree tree;
  tree.Write("1/net/tcp", "").Write("self/ns/net", "").Write("self/net/x", "");
  std::filesystem::create_hard_link(tree.Path("1/net/tcp"), tree.Path("self/net/tcp"));
  const Netns netns = FindOwnNetns(tree.files());
  EXPECT_EQ(netns.name, "host");
  EXPECT_EQ(netns.inode, tree.files().Inode("self/ns/net").value());
  EXPECT_EQ(netns.pod_uid, "");
}

TEST(FindOwnNetnsTest, AnotherNamespaceThanPid1sIsSelf) {
  ProcTree tree;
  tree.Write("1/net/tcp", "").Write("self/net/tcp", "").Write("self/ns/net", "");
  EXPECT_EQ(FindOwnNetns(tree.files()).name, "self");
}

TEST(FindOwnNetnsTest, HiddenPid1LeavesSelf) {
  ProcTree tree;
  tree.Write("self/net/tcp", "").Write("self/ns/net", "");
  EXPECT_EQ(FindOwnNetns(tree.files()).name, "self");
}

TEST(FindOwnNetnsTest, MountWithoutThisProcessComparesWithItsOwnProc) {
  const ProcFiles proc("/proc");
  ProcTree tree;
  tree.Write("1/net/tcp", "");
  const Netns other = FindOwnNetns(tree.files());
  EXPECT_EQ(other.name, "self");
  EXPECT_EQ(other.inode, proc.Inode("self/ns/net").value());

  ProcTree mount_of_own_namespace;
  mount_of_own_namespace.Write("1/net/x", "");
  std::filesystem::create_symlink("/proc/self/net/tcp", mount_of_own_namespace.Path("1/net/tcp"));
  EXPECT_EQ(FindOwnNetns(mount_of_own_namespace.files()).name, "host");
}

}  // namespace
}  // namespace tcp_lifecycle
