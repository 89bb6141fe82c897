#include "collectors/kernel/replay/about.h"

#include <gtest/gtest.h>

namespace tcp_lifecycle {
namespace {

TEST(About, ReadsWhatItWrites) {
  const About written = {.kernel_release = "6.18.44",
                         .recorded_at = "2026-01-02T03:04:05+00:00",
                         .netns = {.name = "host", .inode = 4026531840, .pod_uid = ""},
                         .sock_diag = "recorded"};
  const absl::StatusOr<About> read = ParseAbout(FormatAbout(written));
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->kernel_release, "6.18.44");
  EXPECT_EQ(read->recorded_at, "2026-01-02T03:04:05+00:00");
  EXPECT_EQ(read->netns.name, "host");
  EXPECT_EQ(read->netns.inode, 4026531840u);
  EXPECT_EQ(read->sock_diag, "recorded");
}

TEST(About, KeepsAnErrorOnItsLine) {
  About written;
  written.sock_diag = "one\nkernel: two";
  const absl::StatusOr<About> read = ParseAbout(FormatAbout(written));
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->sock_diag, "one kernel: two");
  EXPECT_EQ(read->kernel_release, "");
}

TEST(About, IgnoresWhatItDoesNotKnow) {
  const absl::StatusOr<About> read = ParseAbout("colour: blue\nnothing\n\nnetns: self\n");
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->netns.name, "self");
}

TEST(About, QuotesAnInodeThatIsNoNumber) {
  EXPECT_EQ(ParseAbout("netns: self\nnetns_inode: 12x\n").status(),
            absl::DataLossError("\"netns_inode: 12x\" has no inode number"));
}

}  // namespace
}  // namespace tcp_lifecycle
