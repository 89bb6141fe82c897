#include "collectors/kernel/namespaces/cgroup.h"

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"

namespace tcp_lifecycle {
namespace {

const std::string kId(64, 'a');
const std::string kOuter(64, 'b');
constexpr char kUid[] = "12345678-90ab-cdef-1234-567890abcdef";
constexpr char kSystemdUid[] = "12345678_90ab_cdef_1234_567890abcdef";

void Expect(const std::string& path, const std::string& container_id, const std::string& pod_uid) {
  const CgroupOwner owner = ParseCgroup(absl::StrCat("0::", path, "\n"));
  EXPECT_EQ(owner.container_id, container_id) << path;
  EXPECT_EQ(owner.pod_uid, pod_uid) << path;
}

TEST(ParseCgroupTest, SystemdDriverGivesTheUidItsDashesBack) {
  for (const char* runtime : {"cri-containerd-", "crio-", "docker-"}) {
    Expect(absl::StrCat("/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod",
                        kSystemdUid, ".slice/", runtime, kId, ".scope"),
           kId, kUid);
  }
  Expect(absl::StrCat("/kubepods-pod", kSystemdUid, ".slice:cri-containerd:", kId), kId, kUid);
}

TEST(ParseCgroupTest, CgroupfsDriverAndPathsFromAnotherNamespace) {
  Expect(absl::StrCat("/kubepods/burstable/pod", kUid, "/", kId), kId, kUid);
  Expect(absl::StrCat("/../../kubepods/pod", kUid, "/", kId), kId, kUid);
}

TEST(ParseCgroupTest, StaticPodHasNoDashes) {
  const std::string uid(32, 'c');
  Expect(absl::StrCat("/kubepods/pod", uid, "/", kId), kId, uid);
}

TEST(ParseCgroupTest, AUidIsThatOfAPodBehindTheWordAlone) {
  Expect(absl::StrCat("/kubepods/", kUid), "", "");
  Expect(absl::StrCat("/pod", kSystemdUid, ".slice"), "", "");
  Expect(absl::StrCat("/kubepods/pod", std::string(32, 'g')), "", "");
}

TEST(ParseCgroupTest, ContainersWithoutPods) {
  Expect(absl::StrCat("/docker/", kId), kId, "");
  Expect(absl::StrCat("/machine.slice/libpod-", kId, ".scope/container"), kId, "");
}

TEST(ParseCgroupTest, InnermostCountsInANodeOfKind) {
  Expect(absl::StrCat("/docker/", kOuter, "/kubelet/kubepods/pod", kUid, "/", kId), kId, kUid);
  Expect(absl::StrCat("/docker/", kOuter, "/kubelet/kubepods/pod", kUid), "", kUid);
}

TEST(ParseCgroupTest, MonitorsAndOthersAreInNoContainer) {
  for (const std::string& name :
       {absl::StrCat("libpod-conmon-", kId, ".scope"), absl::StrCat("crio-conmon-", kId, ".scope"),
        std::string("sshd.service"), std::string(63, 'a'), kId + "a", std::string(64, 'g'),
        std::string(64, 'A'), std::string(64, '.')}) {
    Expect(absl::StrCat("/system.slice/", name), "", "");
  }
  Expect("/pod1234", "", "");
}

TEST(ParseCgroupTest, LineOfCgroupV1ThatTellsMostCounts) {
  const CgroupOwner owner =
      ParseCgroup(absl::StrCat("9:name=systemd:/\n8:rdma:/docker/", kOuter, "\n4:memory:/docker/",
                               kOuter, "/kubepods/pod", kUid, "/", kId, "\n0::/\n"));
  EXPECT_EQ(owner.container_id, kId);
  EXPECT_EQ(owner.pod_uid, kUid);
}

TEST(ParseCgroupTest, APodTellsMoreThanAContainerAndBothTellMost) {
  const std::string container = absl::StrCat("3:cpu:/docker/", kOuter, "\n");
  const std::string pod = absl::StrCat("2:memory:/kubepods/pod", kUid, "\n");
  const std::string both = absl::StrCat("1:pids:/kubepods/pod", kUid, "/", kId, "\n");
  EXPECT_EQ(ParseCgroup(container + pod).pod_uid, kUid);
  EXPECT_EQ(ParseCgroup(pod + container).pod_uid, kUid);
  EXPECT_EQ(ParseCgroup(pod + both).container_id, kId);
  EXPECT_EQ(ParseCgroup(both + pod).container_id, kId);
}

TEST(ParseCgroupTest, LinesWithoutAPathAreNothing) {
  for (const std::string& text :
       {std::string(), std::string("\n"), std::string("0"), std::string("0:"), std::string("0::"),
        std::string(":::::"), std::string("0::/\xff\n"), kId, "0:" + kId}) {
    EXPECT_EQ(ParseCgroup(text).container_id, "");
  }
}

}  // namespace
}  // namespace tcp_lifecycle
