#include "collectors/kernel/procfs/bpf_maps.h"

#include <gtest/gtest.h>

#include "tests/unit/collectors/kernel/procfs/proc_tree.h"
#include "tests/unit/collectors/kernel/procfs/status_matchers.h"

namespace tcp_lifecycle {
namespace {

using absl::StatusCode;
using ::testing::HasSubstr;

// Linux 6.18.
constexpr absl::string_view kFdinfo =
    "pos:\t0\nflags:\t02000002\nmnt_id:\t15\nino:\t74\nmap_type:\t2\nkey_size:\t4\n"
    "value_size:\t2097152\nmax_entries:\t1\nmap_flags:\t0x400\nmap_extra:\t0x0\n"
    "memlock:\t2097408\nmap_id:\t13\nfrozen:\t0\n";

class BpfMapsTest : public ::testing::Test {
 protected:
  BpfMapsTest() { tree_.Write("self/fd/0", ""); }
  void Open(const std::string& fd, const std::string& kind, absl::string_view fdinfo) {
    std::filesystem::create_symlink("anon_inode:" + kind, tree_.Path("self/fd/" + fd));
    tree_.Write("self/fdinfo/" + fd, fdinfo);
  }

  ProcTree tree_;
};

TEST_F(BpfMapsTest, AddsUpTheMapsAndNothingElse) {
  Open("3", "bpf-map", kFdinfo);
  Open("4", "bpf-map", "memlock:\t1000\n");
  Open("5", "bpf-prog", "memlock:\t4096\n");
  EXPECT_THAT(ReadBpfMapBytes(tree_.files()), testing::Eq(absl::StatusOr<uint64_t>(2098408)));
}

TEST_F(BpfMapsTest, WithoutMapsThereIsNoAnswer) {
  Open("5", "bpf-prog", "memlock:\t4096\n");
  EXPECT_THAT(ReadBpfMapBytes(tree_.files()), FailsWith(StatusCode::kNotFound, HasSubstr("map")));
}

TEST_F(BpfMapsTest, DescriptorsThatCannotBeListedAreTheError) {
  std::filesystem::remove_all(tree_.Path("self/fd"));
  EXPECT_THAT(ReadBpfMapBytes(tree_.files()),
              FailsWith(StatusCode::kNotFound, HasSubstr("self/fd: No such file")));
}

TEST_F(BpfMapsTest, MapThatDoesNotSayIsNoZero) {
  Open("3", "bpf-map", kFdinfo);
  Open("4", "bpf-map", "map_type:\t2\n");
  EXPECT_THAT(ReadBpfMapBytes(tree_.files()),
              FailsWith(StatusCode::kDataLoss, HasSubstr("fdinfo/4")));
}

TEST_F(BpfMapsTest, AMapThatCannotBeReadIsTheError) {
  Open("3", "bpf-map", kFdinfo);
  std::filesystem::create_symlink("anon_inode:bpf-map", tree_.Path("self/fd/4"));
  EXPECT_THAT(ReadBpfMapBytes(tree_.files()),
              FailsWith(StatusCode::kNotFound, HasSubstr("fdinfo/4")));
}

TEST(ParseMemlockBytes, WantsANumber) {
  EXPECT_EQ(ParseMemlockBytes(kFdinfo), 2097408u);
  EXPECT_EQ(ParseMemlockBytes("memlock:\tmany\n"), std::nullopt);
  EXPECT_EQ(ParseMemlockBytes(""), std::nullopt);
}

}  // namespace
}  // namespace tcp_lifecycle
